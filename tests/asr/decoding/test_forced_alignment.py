import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from asr.decoding import ctc
from asr.decoding.forced_alignment import align_text, forced_path
from asr.manifest import Alphabet
from tests.support.toy_model import ALPHABET, WRITTEN_ALPHABET

BLANK = 2


def brute_force(log_probs, labels):
    """The best score of all paths that collapse to `labels`."""
    frames, classes = log_probs.shape
    scores = [
        sum(log_probs[f, k] for f, k in enumerate(path))
        for path in itertools.product(range(classes), repeat=frames)
        if ctc.collapse(path, BLANK) == labels
    ]
    return max(scores, default=None)


@settings(max_examples=60)
@given(
    hnp.arrays(
        np.float32, st.tuples(st.integers(1, 6), st.just(3)), elements=st.floats(-9, 0, width=32)
    ),
    st.lists(st.integers(0, 1), max_size=4),
)
def test_the_path_is_the_most_probable_that_collapses_to_the_labels(log_probs, labels):
    best = brute_force(log_probs, labels)
    if best is None:
        with pytest.raises(ValueError, match="too few"):
            forced_path(log_probs, labels, BLANK)
        return
    path = forced_path(log_probs, labels, BLANK)
    assert ctc.collapse(path.tolist(), BLANK) == labels
    assert log_probs[np.arange(len(path)), path].sum() == pytest.approx(best, abs=1e-4)


def test_aligned_words_have_their_frames():
    path = [ALPHABET.labels.index(c) for c in ["", "a", "a", "", "b", " ", " ", "c", ""]]
    certain = np.full((9, 29), -9.0, np.float32)
    certain[np.arange(9), path] = -0.01
    spans = align_text(certain, "ab c", ALPHABET)
    assert [(s.text, s.start, s.end) for s in spans] == [("ab", 1, 5), ("c", 7, 8)]


def test_further_word_boundaries_do_not_change_the_words():
    path = [ALPHABET.labels.index(c) for c in " a  \0 c ".replace("\0", " ")]
    path[4] = ALPHABET.blank
    certain = np.full((len(path), 29), -9.0, np.float32)
    certain[np.arange(len(path)), path] = -0.01
    spans = align_text(certain, "a c", ALPHABET)
    assert [(s.text, s.start, s.end) for s in spans] == [("a", 1, 2), ("c", 6, 7)]


def test_a_written_text_is_aligned_by_its_plain_form():
    path = [WRITTEN_ALPHABET.labels.index(c) for c in "Hi, bo"]
    certain = np.full((6, 60), -9.0, np.float32)
    certain[np.arange(6), path] = -0.01
    for text in ("hi bo", "Hi, Bo!"):
        spans = align_text(certain, text, WRITTEN_ALPHABET)
        assert [(s.text, s.start, s.end) for s in spans] == [("hi", 0, 2), ("bo", 4, 6)]


def test_subwords_are_aligned_by_their_words():
    subwords = Alphabet(("\u2581a", "b", "\u2581", ""), 3, "\u2581")
    certain = np.full((6, 4), -9.0, np.float32)
    certain[np.arange(6), [3, 0, 1, 3, 2, 1]] = -0.01
    spans = align_text(certain, "ab b", subwords)
    assert [(s.text, s.start, s.end) for s in spans] == [("ab", 1, 3), ("b", 5, 6)]


def test_a_text_with_a_character_outside_the_labels_cannot_be_aligned():
    with pytest.raises(ValueError, match="no label of the model writes '5'"):
        align_text(np.zeros((9, 29), np.float32), "a5", ALPHABET)
