import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.augment.levels import FRAME_SAMPLES, MARGIN_FRAMES, expand_level, trim


def tone(length, level=0.3):
    return (level * np.sin(2 * np.pi * 500 * np.arange(length) / 16_000)).astype(np.float32)


def quiet(depth_db):
    return tone(3200, 0.3 * 10 ** (-depth_db / 20))


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_silence_is_trimmed_from_both_ends(before, after):
    word = tone(6400)
    cut = trim(np.pad(word, (before, after)), 45.0)
    assert len(word) <= len(cut) <= len(word) + 2 * (MARGIN_FRAMES + 1) * FRAME_SAMPLES
    assert np.array_equal(np.trim_zeros(cut), np.trim_zeros(word))


def test_silence_within_a_clip_is_kept():
    samples = np.concatenate([tone(3200), np.zeros(8000, np.float32), tone(3200)])
    assert np.array_equal(trim(samples, 45.0), samples)


def test_the_depth_is_the_threshold_of_silence():
    samples = np.concatenate([quiet(40), tone(3200)])
    assert len(trim(samples, 35.0)) == 3200 + MARGIN_FRAMES * FRAME_SAMPLES
    assert len(trim(samples, 45.0)) == len(samples)


@pytest.mark.parametrize("length", [0, 1, 159, 1000])
def test_digital_silence_is_not_changed(length):
    silence = np.zeros(length, np.float32)
    assert np.array_equal(trim(silence, 45.0), silence)
    assert np.array_equal(expand_level(silence, 0.5), silence)


@pytest.mark.parametrize("share", [-0.5, 0.0, 0.5])
@pytest.mark.parametrize("depth_db", [0.0, 20.0, 40.0])
def test_level_differences_grow_by_the_share(share, depth_db):
    expanded = expand_level(np.concatenate([quiet(depth_db), tone(3200)]), share)
    assert expanded.dtype == np.float32
    level = 20 * np.log10(np.abs(expanded[:2400]).max() / np.abs(expanded[4000:]).max())
    assert level == pytest.approx(-depth_db * (1 + share), abs=0.5)


def test_the_gain_of_noise_is_bounded():
    expanded = expand_level(np.concatenate([quiet(90), tone(3200)]), -0.5)
    assert 20 * np.log10(np.abs(expanded[:2400]).max() / 0.3) == pytest.approx(-90 + 30, abs=0.5)


@given(st.integers(0, 700))
def test_expansion_keeps_the_number_of_samples(length):
    assert len(expand_level(tone(length), 0.3)) == length
