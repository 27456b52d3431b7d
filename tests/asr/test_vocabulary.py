import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr import vocabulary
from asr.choices import OptionError
from asr.vocabulary import MAX_PHRASES, Phrase, in_letters, parse, parse_file, parse_prompt, spoken

LETTERS = "abcdefghijklmnopqrstuvwxyz'"


def written(parsed: vocabulary.Vocabulary) -> list[str]:
    return [phrase.written for phrase in parsed.phrases]


@pytest.mark.parametrize(
    "values",
    [
        ["Ada Lovelace", "Babbage"],
        ["Ada  Lovelace, Babbage,"],
        "Ada Lovelace\nBabbage\r\n",
        "Ada Lovelace; Babbage; Ada Lovelace",
    ],
)
def test_phrases_are_a_list_or_text_with_separators(values):
    assert written(parse(values)) == ["Ada Lovelace", "Babbage"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("McMichael", "mcmichael"),
        ("Jean-Luc Picard", "jean luc picard"),
        ("A.W.S.", "a w s"),
        ("the F.B.I.", "the f b i"),
        ("O\u2019Brien", "o'brien"),
        ("AT&T", "at and t"),
        ("St. John", "st john"),
    ],
)
def test_the_spoken_form_is_plain_and_has_no_hyphens(given, expected):
    assert spoken(given) == expected


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (["x"] * 3 + [f"x{'y' * n}" for n in range(1, MAX_PHRASES + 1)], "501 phrases, expected 1"),
        ([], "0 phrases"),
        ([" ,, "], "0 phrases"),
        ("", "0 phrases"),
        (["x" * 101], "phrase of 101 characters"),
        (["...", "x"], "has '...', expected a phrase with letters"),
        (3, "vocabulary is 3, expected a list of texts"),
        (None, "expected a list of texts"),
        ({"a": 1}, "expected a list of texts"),
        (["a", 1], "expected a list of texts"),
    ],
)
def test_other_values_are_refused(values, reason):
    if reason.startswith("501"):
        values = [f"x{number:03}" for number in range(501)]
    with pytest.raises(OptionError, match=reason) as rejection:
        parse(values)
    assert rejection.value.option == "vocabulary"


def test_a_file_has_a_phrase_per_line():
    assert written(parse_file("\ufeff# names\nAda Lovelace\n\nBabbage\n")) == [
        "Ada Lovelace",
        "Babbage",
    ]


def test_a_vocabulary_file_of_amazon_transcribe_is_read():
    table = (
        "Phrase\tIPA\tSoundsLike\tDisplayAs\n"
        "Los-Angeles\t\t\tLos Angeles\n"
        "F.B.I.\t\t\tFBI\n"
        "Etienne\t\teh-tee-en\tÉtienne\n"
        "Andorra-la-Vella\n"
    )
    assert parse_file(table).phrases == (
        Phrase("los angeles", "Los Angeles"),
        Phrase("f b i", "FBI"),
        Phrase("etienne", "Étienne"),
        Phrase("andorra la vella", "Andorra la Vella"),
    )


def test_the_short_parts_of_a_prompt_are_a_vocabulary():
    prompt = "The following is a lecture about new models: ZyntriQix, Digique Plus, CynapseFive."
    parsed = parse_prompt(prompt)
    assert written(parsed) == ["ZyntriQix", "Digique Plus", "CynapseFive"]
    assert parsed.optional


@given(st.text(max_size=300))
def test_any_prompt_is_accepted(text: str):
    parsed = parse_prompt(text)
    assert len(parsed.phrases) <= MAX_PHRASES
    assert all(phrase.spoken for phrase in parsed.phrases)


def test_accents_that_a_model_does_not_write_are_dropped():
    phrase = Phrase("zoë strauß", "Zoë Strauß")
    assert in_letters(phrase, LETTERS) == Phrase("zoe strauss", "Zoë Strauß")
    assert in_letters(phrase, f"{LETTERS}ëß") == phrase


@pytest.mark.parametrize("given", ["747", "Θήβα"])
def test_a_phrase_that_a_model_cannot_write_is_refused(given: str):
    with pytest.raises(OptionError, match=f"'{given}' with .*which this model does not write"):
        in_letters(Phrase(spoken(given), given), LETTERS)


def test_names_have_possessives_and_acronyms_letters():
    variants = [list(vocabulary.variants(p)) for p in parse(["Ada", "AWS", "Plus+"]).phrases]
    assert [[v.spoken for v in some] for some in variants] == [
        ["ada", "ada's"],
        ["aws", "a w s", "aws's"],
        ["plus+"],
    ]
