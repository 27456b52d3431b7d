import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data import text, written_text
from training.data.written_text import PLAIN_CLASSES, WRITTEN_ALPHABET, normalise_written, tidy
from training.errors import InputError
from training.networks.whisper_ctc import CLASSES


@pytest.mark.parametrize(
    ("transcript", "written"),
    [
        ("Hello,  World !", "Hello, World!"),
        ("He said: \u201cYes?\u201d, and left;  I don\u2019t.", "He said, Yes? and left, I don't."),
        ("'Tis the dogs' bone", "Tis the dogs bone"),
        (
            "A well-known mother-in-law - she said - left",
            "A well-known mother-in-law, she said, left",
        ),
        ("Wait \u2014 what\u2026 Oh... well", "Wait, what. Oh, well"),
        ("Really?! Yes!!", "Really? Yes!"),
        ("Rock & roll (live)", "Rock and roll live"),
        ("the U.S.A. won", "the U. S. A. won"),
        ("- Caf\u00e9, \u00c5ngstr\u00f6m", "Cafe, Angstrom"),
    ],
)
def test_a_transcript_with_case_has_a_written_form(transcript, written):
    assert normalise_written(transcript) == written


@pytest.mark.parametrize(
    "transcript",
    ["HELLO", "hello, you.", "", "In 1994", "Only \u00a3 five", "\u041f\u0440\u0438Ab"],
)
def test_a_transcript_without_case_or_with_digits_and_symbols_has_none(transcript):
    assert normalise_written(transcript) is None


@given(st.text() | st.text("aBi '-.,?!&;:\u2014\u2019()\u0130\u00b5"))
def test_the_written_form_has_the_words_of_the_plain_text(transcript):
    written = normalise_written(transcript)
    if written is not None:
        assert text.normalise(written) == text.normalise(transcript)
        assert set(written) <= set(written_text.CHARACTERS)


@given(st.text() | st.text("aB '-.,?!&;:\u2014"))
def test_tidying_is_idempotent(transcript):
    once = tidy(transcript)
    assert tidy(once) == once


@given(st.text("aB '-.,?!"))
def test_each_written_class_has_its_plain_class(transcript):
    tidied = tidy(transcript)
    encoded = text.encode(tidied, WRITTEN_ALPHABET)
    assert text.decode(encoded, WRITTEN_ALPHABET) == tidied
    plain = [PLAIN_CLASSES[index] for index in encoded]
    characters = [index for index in plain if index != text.ALPHABET.blank]
    assert text.decode(characters) == text.normalise(tidied)


def test_the_order_of_the_classes_is_that_of_the_network():
    labels = WRITTEN_ALPHABET.labels
    assert "".join(labels[:9]) == " '-.,?!AB"
    assert "".join(labels[31:35]) == "YZab"
    assert len(labels) == CLASSES["written"]
    assert (WRITTEN_ALPHABET.blank, PLAIN_CLASSES[-1]) == (59, text.ALPHABET.blank)


def test_the_alphabet_follows_from_the_number_of_classes():
    assert written_text.alphabet_of(29) == text.ALPHABET
    assert written_text.alphabet_of(60) == WRITTEN_ALPHABET
    with pytest.raises(InputError, match="it has 39 classes"):
        written_text.alphabet_of(39)
