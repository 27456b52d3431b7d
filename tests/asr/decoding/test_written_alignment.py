import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.decoding.plain_labels import plain_labels
from asr.decoding.written_alignment import plain_words, written_words
from asr.written_text import plain
from tests.support.toy_model import WRITTEN_ALPHABET

LABELS = WRITTEN_ALPHABET.labels
PLAIN = plain_labels(WRITTEN_ALPHABET, "'abcdefghijklmnopqrstuvwxyz")


def clear(frames: str) -> np.ndarray:
    """Log-probabilities of one label per frame, with `_` for the blank."""
    classes = [LABELS.index("" if c == "_" else c) for c in frames]
    log_probs = np.full((len(frames), 60), np.log(0.1 / 59), np.float32)
    log_probs[np.arange(len(frames)), classes] = np.log(0.9)
    return log_probs


@pytest.mark.parametrize(
    ("frames", "text", "expected"),
    [
        ("_HHi_,_ _BBo?_", "hi bo", ["Hi,", "Bo?"]),
        ("wel_l-known.", "well known", ["well-known."]),
        ("  Hi  .   bo", "hi bo", ["Hi.", "bo"]),
        ("hi bo .", "hi bo", ["hi", "bo."]),
        ("hHHi", "hi", ["Hi"]),
        ("Kab", "cab", ["Cab"]),
        ("Hi kab, no", "hi cab no", ["Hi", "cab,", "no"]),
        ("Hi_no", "hi no", ["Hi", "no"]),
        ("o_oo_O", "ooo", ["ooO"]),
    ],
)
def test_the_search_gives_the_letters_and_the_model_their_case_and_marks(frames, text, expected):
    assert [word.text for word in written_words(clear(frames), text, PLAIN)] == expected


def test_words_last_from_their_first_to_their_last_letter():
    found = written_words(clear("_HHi_,_ _Bo?_"), "hi bo", PLAIN)
    assert [(w.start, w.end) for w in found] == [(1, 4), (9, 11)]


def test_the_log_probability_of_a_letter_is_that_of_both_cases():
    log_probs = np.full((1, 60), np.log(0.1 / 58), np.float32)
    log_probs[0, [LABELS.index("A"), LABELS.index("a")]] = np.log(0.5), np.log(0.4)
    (word,) = written_words(log_probs, "a", PLAIN)
    assert word.text == "A"
    assert word.log_prob == pytest.approx(np.log(0.9), rel=1e-5)


def test_plain_words_are_those_of_the_text():
    found = plain_words(clear("We_l_l-known, No."), "well known no", PLAIN)
    assert [(w.text, w.start, w.end) for w in found] == [
        ("well", 0, 6),
        ("known", 7, 12),
        ("no", 14, 16),
    ]


@given(st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=4), st.integers(0))
def test_the_plain_form_of_the_written_words_is_the_text(words, seed):
    text = " ".join(words)
    scores = np.random.default_rng(seed).normal(scale=3.0, size=(2 * len(text) + 3, 60))
    log_probs = (scores - np.logaddexp.reduce(scores, axis=1)[:, None]).astype(np.float32)
    written = written_words(log_probs, text, PLAIN)
    assert [
        part for word in written for part in plain(word.text).replace("-", " ").split()
    ] == words
    edges = [edge for word in written for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert [word.text for word in plain_words(log_probs, text, PLAIN)] == words


def test_too_few_frames_are_an_error():
    with pytest.raises(ValueError, match="1 frames are too few for 2 labels"):
        written_words(clear("h"), "hi", PLAIN)
