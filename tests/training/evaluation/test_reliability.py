import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.reliability import (
    Bin,
    bins,
    draw,
    expected_calibration_error,
)


def test_a_bin_tells_its_words_their_confidence_and_their_accuracy():
    curve = bins(np.array([0.1, 0.14, 0.95]), np.array([0.0, 1.0, 1.0]))
    assert curve == [Bin(2, 0.12, 0.5), Bin(1, 0.95, 1.0)]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=50))
def test_every_word_is_in_one_bin(words):
    confidences = np.array([c for c, _ in words])
    right = np.array([float(r) for _, r in words])
    assert sum(b.words for b in bins(confidences, right)) == len(words)


def test_the_error_is_the_gap_weighted_by_words():
    assert expected_calibration_error([Bin(3, 0.9, 0.6), Bin(1, 0.2, 0.3)]) == pytest.approx(0.25)


def test_no_words_have_no_error():
    assert expected_calibration_error([]) == 0.0


def test_the_picture_has_a_line_for_each_set(tmp_path):
    draw({"dev": [Bin(3, 0.9, 0.6)], "test": [Bin(1, 0.2, 0.3)]}, tmp_path / "r.svg")
    assert (tmp_path / "r.svg").read_text().count("<svg") == 1
