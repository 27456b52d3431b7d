import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.augment import babble, coloured_noise, mix, room_tone

seeds = st.integers(0, 2**31)


def power(samples):
    return float(np.mean(samples.astype(np.float64) ** 2))


@given(st.floats(-10.0, 40.0), seeds)
def test_noise_is_mixed_at_its_signal_to_noise_ratio(snr_db, seed):
    speech = tone_corpus.tones("abc")
    noise = coloured_noise(len(speech), np.random.default_rng(seed))
    added = mix(speech, noise, snr_db).astype(np.float64) - speech
    assert 10 * np.log10(power(speech) / power(added)) == pytest.approx(snr_db, abs=0.1)


def test_silent_speech_stays_silent_and_silent_noise_adds_nothing():
    silence, speech = np.zeros(1600, np.float32), tone_corpus.tones("a")[:1600]
    noise = coloured_noise(1600, np.random.default_rng(0))
    assert not mix(silence, noise, 10.0).any()
    assert np.array_equal(mix(speech, silence, 10.0), speech)


@given(st.integers(1, 4001), seeds)
def test_noise_has_the_requested_length(length, seed):
    noise = coloured_noise(length, np.random.default_rng(seed))
    assert noise.shape == (length,)
    assert noise.dtype == np.float32
    assert np.isfinite(noise).all()


def test_the_spectrum_of_noise_is_between_brown_and_white():
    slopes = []
    for seed in range(20):
        spectrum = np.abs(np.fft.rfft(coloured_noise(16_384, np.random.default_rng(seed)))[1:]) ** 2
        frequency = np.log(np.arange(1, len(spectrum) + 1))
        slopes.append(np.polyfit(frequency, np.log(spectrum), 1)[0])
    assert -2.1 < min(slopes) < -1.5
    assert -0.5 < max(slopes) < 0.1


@settings(max_examples=50)
@given(seeds, st.integers(1, 3000), st.integers(1, 5))
def test_voices_of_a_babble_have_equal_power(seed, length, voices):
    clips = [np.full(700, level, np.float32) for level in (0.001, 0.1, 0.9)]
    mixture = babble(length, voices, lambda r: clips[r.integers(3)], np.random.default_rng(seed))
    assert np.allclose(mixture, voices, rtol=1e-3)


def test_a_babble_consists_of_the_sampled_clips():
    clip = np.random.default_rng(0).standard_normal(4000).astype(np.float32)
    mixture = babble(9000, 1, lambda _: clip, np.random.default_rng(1))
    start = np.argmax(np.correlate(np.tile(clip, 3), mixture[:2000], "valid"))
    expected = np.tile(clip, 4)[start : start + 9000]
    assert np.corrcoef(mixture, expected)[0, 1] == pytest.approx(1, abs=1e-3)


@given(seeds, st.integers(1, 4001))
def test_room_tone_is_quiet(seed, length):
    tone = room_tone(length, np.random.default_rng(seed))
    assert tone.shape == (length,)
    assert tone.dtype == np.float32
    assert power(tone) < 10**-2.4


def test_some_room_tones_hum_and_some_are_digital_silence():
    tones = [room_tone(16_000, np.random.default_rng(seed)) for seed in range(100)]
    silent = [tone for tone in tones if not tone.any()]
    assert 3 <= len(silent) <= 20
    humming = 0
    for tone in tones:
        spectrum = np.abs(np.fft.rfft(tone))  # a bin a hertz
        near = np.r_[41:49, 52:58, 62:69]
        humming += max(spectrum[50], spectrum[60]) > 8 * spectrum[near].mean() > 0
    assert 15 <= humming <= 45
