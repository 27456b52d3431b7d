import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.decoding.units import units_of
from asr.errors import ModelUnavailableError
from asr.manifest import Alphabet
from tests.support.toy_model import ALPHABET

UPPER = Alphabet(("<pad>", "<s>", "</s>", "<unk>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'"), 0, "|")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
SUBWORDS = Alphabet(
    ("<unk>", "\u2581", "\u2581the", "\u2581cat", "s", "the", "cat", "a", ",", *BYTES, "<blank>"),
    blank=9 + 256,
    word_boundary="\u2581",
)
BYTE_LEVEL = Alphabet(
    ("\u0120the", "\u0120", "caf", "\u00c3\u00a9", "\u00c3", "\u00a9", ""), 6, "\u0120"
)


def words(alphabet: Alphabet, labels: list[str]) -> list[str]:
    units = units_of(alphabet)
    found: list[list[int]] = [[]]
    for index in map(alphabet.labels.index, labels):
        if units.starts_word[index]:
            found.append([])
        found[-1].append(index)
    return [text for text in map(units.decode, found) if text]


@pytest.mark.parametrize(
    ("alphabet", "labels", "expected"),
    [
        (UPPER, ["A", "<unk>", "B", "|", "|", "C"], ["AB", "C"]),
        (SUBWORDS, ["\u2581the", "\u2581cat", "s", "<unk>"], ["the", "cats"]),
        (SUBWORDS, ["\u2581", "cat", "s", "\u2581", "\u2581", "a"], ["cats", "a"]),
        (SUBWORDS, ["\u2581cat", "<0xC3>", "<0xA9>"], ["cat\u00e9"]),
        (SUBWORDS, ["a", "<0x20>", "a", "<0x0A>", "a", "<0x00>"], ["a", "a", "a"]),
        (BYTE_LEVEL, ["\u0120the", "\u0120", "caf", "\u00c3\u00a9"], ["the", "caf\u00e9"]),
    ],
)
def test_labels_write_words(alphabet, labels, expected):
    assert words(alphabet, labels) == expected


def test_bytes_that_are_not_utf8_become_replacement_characters():
    assert words(SUBWORDS, ["a", "<0xC3>", "s"]) == ["a\ufffds"]


def test_combining_characters_are_composed():
    assert words(Alphabet(("e", "\u0301", " ", ""), 3, " "), ["e", "\u0301"]) == ["\u00e9"]


def test_an_alphabet_without_word_boundaries_writes_one_word():
    assert words(Alphabet((*"\u4f60\u597d", ""), 2, ""), ["\u4f60", "\u597d"]) == ["\u4f60\u597d"]


def test_names_of_special_tokens_are_no_text():
    assert not units_of(UPPER).are_written
    assert not units_of(ALPHABET).are_written
    assert units_of(SUBWORDS).are_written


def test_an_alphabet_of_characters_has_no_longer_units():
    assert units_of(UPPER).are_characters
    assert not units_of(SUBWORDS).are_characters


def test_a_text_is_encoded_by_its_characters_and_word_boundaries():
    classes = units_of(ALPHABET).encode("it's  a")
    assert [ALPHABET.labels[index] for index in classes] == list("it's a")


def test_a_text_takes_the_only_case_of_the_labels():
    assert [UPPER.labels[k] for k in units_of(UPPER).encode("it's")] == list("IT'S")
    assert [ALPHABET.labels[k] for k in units_of(ALPHABET).encode("It")] == list("it")


def test_subwords_are_the_longest_that_match_and_bytes_the_last_resort():
    classes = units_of(SUBWORDS).encode("the cats, \u00e9")
    assert [SUBWORDS.labels[index] for index in classes] == [
        "\u2581the", "\u2581cat", "s", ",", "\u2581", "<0xC3>", "<0xA9>"
    ]  # fmt: skip


@given(st.lists(st.text(st.characters(exclude_categories=["Z", "C"])), max_size=5))
def test_decoding_reverts_encoding(texts):
    units = units_of(SUBWORDS)
    text = " ".join(" ".join(texts).split())
    labels = [SUBWORDS.labels[index] for index in units.encode(text.lower())]
    assert " ".join(words(SUBWORDS, labels)) == " ".join(
        units.decode(units.encode(word)) for word in text.lower().split()
    )


def test_a_character_without_a_label_is_named():
    with pytest.raises(ValueError, match="no label of the model writes '5' of 'a5'"):
        units_of(ALPHABET).encode("a5")


def test_a_label_with_a_word_boundary_after_its_start_is_rejected():
    with pytest.raises(ModelUnavailableError, match="'a b' has a word boundary after its start"):
        units_of(Alphabet((" ", "a b", ""), 2, " "))


def test_a_word_boundary_that_no_label_has_is_rejected():
    with pytest.raises(ModelUnavailableError, match="no label begins with the word boundary"):
        units_of(Alphabet(("a", "b", ""), 2, " "))
