import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.augment.room_acoustics import response, reverberate

seeds = st.integers(0, 2**31)


def decay(heard):
    """Seconds in which the energy that is still to come falls by 60 dB, by its course to -20 dB."""
    left = 10 * np.log10(np.cumsum(heard[::-1].astype(np.float64) ** 2)[::-1])
    late = (left < left[0] - 5) & (left > left[0] - 20)
    slope = np.polyfit(np.flatnonzero(late) / 16_000, left[late], 1)[0]
    return -60 / slope


@pytest.mark.parametrize("seconds", [0.2, 0.4, 0.8])
def test_a_room_decays_in_the_time_asked_for(seconds):
    measured = [decay(response(seconds, np.random.default_rng(seed))) for seed in range(30)]
    assert np.median(measured) == pytest.approx(seconds, rel=0.25)


@settings(max_examples=50)
@given(seeds, st.floats(0.05, 1.0))
def test_a_response_begins_with_the_direct_sound_and_is_as_long_as_its_decay(seed, seconds):
    heard = response(seconds, np.random.default_rng(seed))
    assert heard.shape == (round(seconds * 16_000),)
    assert heard.dtype == np.float32
    assert np.isfinite(heard).all()
    assert heard[0] > 0
    assert not np.array_equal(heard, response(seconds, np.random.default_rng(seed + 1)))


def test_the_late_part_is_as_loud_as_the_reflections_that_it_goes_on_from():
    before, after = [], []
    for seed in range(300):
        heard = response(0.6, np.random.default_rng(seed))
        start = np.flatnonzero(heard == 0)[-1]  # the last gap between reflections
        if start > 200:
            before.append((heard[start - 100 : start] ** 2).mean())
            after.append((heard[start + 1 : start + 101] ** 2).mean())
    assert len(before) > 50
    assert 10 * np.log10(np.mean(after) / np.mean(before)) == pytest.approx(0, abs=2)


def test_in_a_room_that_adds_nothing_speech_is_what_it_was():
    samples = tone_corpus.sing("abc")
    assert np.allclose(reverberate(samples, np.array([0.25], np.float32)), samples, atol=1e-5)


@settings(max_examples=20)
@given(seeds)
def test_speech_in_a_room_is_as_long_as_loud_and_as_early_as_before(seed):
    samples = np.concatenate([np.zeros(1600, np.float32), tone_corpus.sing("abc")])
    wet = reverberate(samples, response(0.3, np.random.default_rng(seed)))
    assert wet.shape == samples.shape
    assert wet.dtype == np.float32
    assert np.mean(wet**2) == pytest.approx(np.mean(samples**2), rel=1e-3)
    assert np.abs(wet[:1600]).max() < 1e-4 * np.abs(wet).max()
    assert np.abs(wet[1600:1700]).max() > 0
