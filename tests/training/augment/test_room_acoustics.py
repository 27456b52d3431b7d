import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.augment.room_acoustics import reverberate, room_impulse_response

seeds = st.integers(0, 2**31)


def decay(response):
    """Reverberation time (RT60) from the decay curve of -5 to -20 dB (Schroeder 1965)."""
    energy_db = 10 * np.log10(np.cumsum(response[::-1].astype(np.float64) ** 2)[::-1])
    fitted = (energy_db < energy_db[0] - 5) & (energy_db > energy_db[0] - 20)
    slope = np.polyfit(np.flatnonzero(fitted) / 16_000, energy_db[fitted], 1)[0]
    return -60 / slope


@pytest.mark.parametrize("seconds", [0.2, 0.4, 0.8])
def test_a_room_has_the_requested_reverberation_time(seconds):
    measured = [
        decay(room_impulse_response(seconds, np.random.default_rng(seed))) for seed in range(30)
    ]
    assert np.median(measured) == pytest.approx(seconds, rel=0.25)


@settings(max_examples=50)
@given(seeds, st.floats(0.05, 1.0))
def test_a_response_starts_with_the_direct_sound_and_lasts_the_reverberation_time(seed, seconds):
    response = room_impulse_response(seconds, np.random.default_rng(seed))
    assert response.shape == (round(seconds * 16_000),)
    assert response.dtype == np.float32
    assert np.isfinite(response).all()
    assert response[0] > 0
    assert not np.array_equal(
        response, room_impulse_response(seconds, np.random.default_rng(seed + 1))
    )


def test_the_diffuse_tail_continues_the_level_of_the_early_reflections():
    before, after = [], []
    for seed in range(300):
        response = room_impulse_response(0.6, np.random.default_rng(seed))
        start = np.flatnonzero(response == 0)[-1]  # the last gap between reflections
        if start > 200:
            before.append((response[start - 100 : start] ** 2).mean())
            after.append((response[start + 1 : start + 101] ** 2).mean())
    assert len(before) > 50
    assert 10 * np.log10(np.mean(after) / np.mean(before)) == pytest.approx(0, abs=2)


def test_a_response_of_one_sample_changes_nothing():
    samples = tone_corpus.tones("abc")
    assert np.allclose(reverberate(samples, np.array([0.25], np.float32)), samples, atol=1e-5)


@settings(max_examples=20)
@given(seeds)
def test_reverberation_keeps_length_power_and_onset(seed):
    samples = np.concatenate([np.zeros(1600, np.float32), tone_corpus.tones("abc")])
    wet = reverberate(samples, room_impulse_response(0.3, np.random.default_rng(seed)))
    assert wet.shape == samples.shape
    assert wet.dtype == np.float32
    assert np.mean(wet**2) == pytest.approx(np.mean(samples**2), rel=1e-3)
    assert np.abs(wet[:1600]).max() < 1e-4 * np.abs(wet).max()
    assert np.abs(wet[1600:1700]).max() > 0
