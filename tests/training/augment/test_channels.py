import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.augment.channels import CODECS, OCTAVES, band_limit, equalise, recode, telephone


def power(samples):
    return float(np.mean(samples.astype(np.float64) ** 2))


def tone(hertz, level=0.3, length=16_000):
    return (level * np.sin(2 * np.pi * hertz * np.arange(length) / 16_000)).astype(np.float32)


@pytest.mark.parametrize(("hertz", "heard"), [(100, 0), (500, 1), (3000, 1), (3700, 0), (6000, 0)])
def test_a_telephone_passes_its_band_alone(hertz, heard):
    passed = telephone(tone(hertz))[2000:-2000]
    assert power(passed) / power(tone(hertz)) == pytest.approx(heard, abs=0.03)


def test_a_telephone_has_the_noise_of_eight_bits_at_any_level():
    for level in (0.01, 0.1, 0.9):
        clean = tone(1000, level)
        noise = telephone(clean)[2000:-2000] - clean[2000:-2000]
        # 38 dB is what the mu-law is made for (ITU-T G.711)
        assert 25 < 10 * np.log10(power(clean) / power(noise)) < 45


@given(st.integers(1, 5000), st.sampled_from([telephone, lambda x: band_limit(x, 4000.0)]))
def test_a_band_keeps_the_number_of_samples(length, channel):
    heard = channel(tone(1000, length=length))
    assert heard.shape == (length,)
    assert heard.dtype == np.float32
    assert np.isfinite(heard).all()


def test_a_band_ends_where_it_is_asked_to():
    samples = tone(2000) + tone(5000)
    heard = band_limit(samples, 4000.0)[2000:-2000]
    assert np.allclose(heard, tone(2000)[2000:-2000], atol=0.01)


@pytest.mark.parametrize("octave", range(len(OCTAVES) - 1))  # the last is half the sampling rate
def test_a_tone_of_an_octave_is_given_its_gain(octave):
    gains = np.linspace(-12, 12, len(OCTAVES))
    heard = equalise(tone(OCTAVES[octave], 0.1), gains)[2000:-2000]
    loudness = 10 * np.log10(power(heard) / power(tone(OCTAVES[octave], 0.1)))
    assert loudness == pytest.approx(gains[octave], abs=0.3)


def test_gains_of_nothing_change_nothing():
    samples = tone_corpus.sing("abc")
    assert np.allclose(equalise(samples, np.zeros(len(OCTAVES))), samples, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "bits"),
    [(name, bits) for name, codec in CODECS.items() for bits in codec.bits_per_second],
)
def test_what_was_coded_is_still_the_same_song(name, bits):
    samples = tone_corpus.sing("abcdefg")
    coded = recode(samples, CODECS[name], bits)
    assert coded.dtype == np.float32
    assert 0.95 * len(samples) <= len(coded) <= len(samples)
    assert not np.allclose(coded, samples[: len(coded)], atol=1e-3)
    # the course of the level, in windows longer than any codec's delay
    levels = [
        [power(sound[i : i + 800]) for i in range(0, 13_000, 800)] for sound in (samples, coded)
    ]
    assert np.corrcoef(levels)[0, 1] > 0.3
    assert 0.3 < power(coded) / power(samples) < 3


def test_fewer_bits_do_more_harm():
    samples = tone_corpus.sing("abcdefg")
    codec = CODECS["mp3"]
    low, high = (recode(samples, codec, b) for b in (codec.bits_per_second[0], 32_000))
    length = min(len(low), len(high))
    errors = [power(coded[:length] - samples[:length]) for coded in (low, high)]
    assert errors[0] > errors[1]
