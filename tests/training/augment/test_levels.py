import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.augment.levels import (
    FRAME,
    MARGIN,
    expand,
    trim,
)


def tone(length, level=0.3):
    return (level * np.sin(2 * np.pi * 500 * np.arange(length) / 16_000)).astype(np.float32)


def soft(depth_db):
    return tone(3200, 0.3 * 10 ** (-depth_db / 20))


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_silence_is_cut_off_the_ends_and_nothing_else(before, after):
    word = tone(6400)
    cut = trim(np.pad(word, (before, after)), 45.0)
    assert len(word) <= len(cut) <= len(word) + 2 * (MARGIN + 1) * FRAME
    assert np.array_equal(np.trim_zeros(cut), np.trim_zeros(word))


def test_silence_within_a_clip_stays():
    samples = np.concatenate([tone(3200), np.zeros(8000, np.float32), tone(3200)])
    assert np.array_equal(trim(samples, 45.0), samples)


def test_what_is_as_soft_as_asked_counts_as_silence():
    samples = np.concatenate([soft(40), tone(3200)])
    assert len(trim(samples, 35.0)) == 3200 + MARGIN * FRAME
    assert len(trim(samples, 45.0)) == len(samples)


@pytest.mark.parametrize("length", [0, 1, 159, 1000])
def test_silence_alone_is_left_as_it_is(length):
    silence = np.zeros(length, np.float32)
    assert np.array_equal(trim(silence, 45.0), silence)
    assert np.array_equal(expand(silence, 0.5), silence)


@pytest.mark.parametrize("share", [-0.5, 0.0, 0.5])
@pytest.mark.parametrize("depth_db", [0.0, 20.0, 40.0])
def test_differences_of_level_grow_by_their_share(share, depth_db):
    heard = expand(np.concatenate([soft(depth_db), tone(3200)]), share)
    assert heard.dtype == np.float32
    level = 20 * np.log10(np.abs(heard[:2400]).max() / np.abs(heard[4000:]).max())
    assert level == pytest.approx(-depth_db * (1 + share), abs=0.5)


def test_noise_is_not_expanded_without_end():
    heard = expand(np.concatenate([soft(90), tone(3200)]), -0.5)
    assert 20 * np.log10(np.abs(heard[:2400]).max() / 0.3) == pytest.approx(-90 + 30, abs=0.5)


@given(st.integers(0, 700))
def test_expansion_keeps_the_number_of_samples(length):
    assert len(expand(tone(length), 0.3)) == length
