import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.decoding import ctc
from training.data import text

transcripts = st.text(text.CHARACTERS).map(text.normalise)


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("Hello,  World!", "hello world"),
        ("don\u2019t — DON\u2018T — don\u02bct", "don't don't don't"),
        ("'Tis the dogs' bone, 'she said'", "tis the dogs bone she said"),
        ('"Quoted" \u201ctext\u201d', "quoted text"),
        ("Café, naïve, Ångström", "cafe naive angstrom"),
        ("well-known mother-in-law", "well known mother in law"),
        ("rock & roll", "rock and roll"),
        ("12 o'clock", "o'clock"),
        ("\ufb01ne \uff26ull", "fine full"),  # a ligature, a full-width letter
        ("a''b '' c", "a b c"),
        (" \t\n ", ""),
    ],
)
def test_a_transcript_is_normalised(written, normalised):
    assert text.normalise(written) == normalised


@given(st.text())
def test_normalised_text_has_only_letters_inner_apostrophes_and_single_spaces(written):
    normalised = text.normalise(written)
    assert set(normalised) <= set(text.CHARACTERS)
    assert normalised == " ".join(normalised.split())
    assert all(word.strip("'") == word for word in normalised.split())


@given(st.text() | st.text("'ab \u2019-&"))
def test_normalisation_is_idempotent(written):
    once = text.normalise(written)
    assert text.normalise(once) == once


@given(transcripts)
def test_labels_decode_encoded_text(transcript):
    indices = text.encode(transcript)
    assert text.ALPHABET.blank not in indices
    assert "".join(text.ALPHABET.labels[index] for index in indices) == transcript


@given(transcripts)
def test_encoded_text_is_decoded(transcript):
    assert text.decode(text.encode(transcript)) == transcript


def test_decoded_text_has_single_spaces_between_words():
    assert text.decode(text.encode("  a b  cd ")) == "a b cd"


@given(transcripts)
def test_the_shortest_path_of_encoded_text_collapses_to_it(transcript):
    path = ctc.insert_blanks(text.encode(transcript), text.ALPHABET.blank)
    assert ctc.collapse(path, text.ALPHABET.blank) == text.encode(transcript)


@pytest.mark.parametrize("outside", ["A", "3", "-", "é"])
def test_a_character_outside_the_alphabet_is_rejected(outside):
    with pytest.raises(KeyError):
        text.encode(f"a{outside}b")


def test_the_alphabet_is_that_of_the_published_recogniser():
    assert len(text.ALPHABET.labels) == 29
    assert (text.encode("' az"), text.ALPHABET.blank) == ([0, 1, 2, 27], 28)
