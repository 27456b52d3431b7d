import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from asr.decoding import ctc
from tests.support.toy_model import ALPHABET, CHARACTERS

texts = st.text(st.sampled_from(CHARACTERS.strip("' ") + " '"), max_size=40)
log_probs = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 60), st.just(29)),
    elements=st.floats(-20, 0, width=32),
)


def slow_reference(matrix):
    """Greedy CTC by its definition, frame by frame."""
    text, previous = "", None
    for frame in matrix:
        best = max(range(len(frame)), key=lambda k: (frame[k], -k))
        if best not in (previous, ALPHABET.blank):
            text += ALPHABET.labels[best]
        previous = best
    return " ".join(word for word in text.split() if word.strip("'"))


@given(log_probs)
def test_greedy_text_equals_a_slow_reference(matrix):
    assert ctc.greedy_text(matrix, ALPHABET) == slow_reference(matrix)


@given(st.lists(st.integers(0, 27)))
def test_collapse_reverts_insert_blanks(labels):
    assert ctc.collapse(ctc.insert_blanks(labels, 28), 28) == labels


@given(st.lists(st.integers(0, 27)), st.data())
def test_collapse_ignores_repeated_frames(labels, data):
    held = [
        index
        for index in ctc.insert_blanks(labels, 28)
        for _ in range(data.draw(st.integers(1, 4), label="frames"))
    ]
    assert ctc.collapse(held, 28) == labels


@given(log_probs)
def test_word_frames_are_ordered_and_inside_the_audio(matrix):
    spans = ctc.greedy_decode(*ctc.best_path(matrix), ALPHABET)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(0 <= span.start < span.end <= len(matrix) for span in spans)
    assert all(span.log_prob <= 0 for span in spans)


def test_a_word_spans_its_first_to_its_last_character():
    #                0     1    2    3    4    5    6    7    8
    path = [ALPHABET.labels.index(c) for c in ["", "a", "a", "", "b", " ", " ", "c", ""]]
    spans = ctc.greedy_decode(np.array(path), np.zeros(9, np.float32), ALPHABET)
    assert [(s.text, s.start, s.end) for s in spans] == [("ab", 1, 5), ("c", 7, 8)]


def test_the_log_probability_of_a_word_is_the_mean_of_its_characters():
    path = np.array([ALPHABET.labels.index(c) for c in "aab"])
    log_prob = np.log(np.array([0.5, 0.5, 0.8], np.float32))
    (span,) = ctc.greedy_decode(path, log_prob, ALPHABET)
    assert span.log_prob == pytest.approx((math.log(0.5) + math.log(0.8)) / 2, rel=1e-5)


def test_empty_input_and_blanks_give_no_words():
    empty = np.zeros(0, np.int64)
    assert ctc.greedy_decode(empty, empty.astype(np.float32), ALPHABET) == []
    assert ctc.greedy_decode(np.full(5, 28), np.zeros(5, np.float32), ALPHABET) == []
