import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from asr.decoding import ctc
from asr.decoding.forced_alignment import align_text, forced_path
from tests.support.toy_model import ALPHABET

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
