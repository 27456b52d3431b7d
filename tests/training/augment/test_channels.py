import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.augment.channels import (
    CODECS,
    EQUALISER_HERTZ,
    encode_decode,
    equalise,
    low_pass,
    telephone,
)


def power(samples):
    return float(np.mean(samples.astype(np.float64) ** 2))


def tone(hertz, level=0.3, length=16_000):
    return (level * np.sin(2 * np.pi * hertz * np.arange(length) / 16_000)).astype(np.float32)


@pytest.mark.parametrize(("hertz", "passes"), [(100, 0), (500, 1), (3000, 1), (3700, 0), (6000, 0)])
def test_a_telephone_passes_only_its_band(hertz, passes):
    passed = telephone(tone(hertz))[2000:-2000]
    assert power(passed) / power(tone(hertz)) == pytest.approx(passes, abs=0.03)


def test_a_telephone_has_the_quantisation_noise_of_mu_law_at_any_level():
    for level in (0.01, 0.1, 0.9):
        clean = tone(1000, level)
        noise = telephone(clean)[2000:-2000] - clean[2000:-2000]
        # the mu-law is designed for 38 dB (ITU-T G.711)
        assert 25 < 10 * np.log10(power(clean) / power(noise)) < 45


@given(st.integers(1, 5000), st.sampled_from([telephone, lambda x: low_pass(x, 4000.0)]))
def test_filters_keep_the_number_of_samples(length, channel):
    filtered = channel(tone(1000, length=length))
    assert filtered.shape == (length,)
    assert filtered.dtype == np.float32
    assert np.isfinite(filtered).all()


def test_a_low_pass_removes_what_is_above_its_cutoff():
    samples = tone(2000) + tone(5000)
    filtered = low_pass(samples, 4000.0)[2000:-2000]
    assert np.allclose(filtered, tone(2000)[2000:-2000], atol=0.01)


@pytest.mark.parametrize(
    "octave", range(len(EQUALISER_HERTZ) - 1)
)  # the last is half the sampling rate
def test_the_equaliser_applies_the_gain_of_each_octave(octave):
    gains = np.linspace(-12, 12, len(EQUALISER_HERTZ))
    equalised = equalise(tone(EQUALISER_HERTZ[octave], 0.1), gains)[2000:-2000]
    loudness = 10 * np.log10(power(equalised) / power(tone(EQUALISER_HERTZ[octave], 0.1)))
    assert loudness == pytest.approx(gains[octave], abs=0.3)


def test_gains_of_0_db_change_nothing():
    samples = tone_corpus.tones("abc")
    assert np.allclose(equalise(samples, np.zeros(len(EQUALISER_HERTZ))), samples, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "bits"),
    [(name, bits) for name, codec in CODECS.items() for bits in codec.bits_per_second],
)
def test_a_codec_changes_samples_and_keeps_the_level_contour(name, bits):
    samples = tone_corpus.tones("abcdefg")
    coded = encode_decode(samples, CODECS[name], bits)
    assert coded.dtype == np.float32
    assert 0.95 * len(samples) <= len(coded) <= len(samples)
    assert not np.allclose(coded, samples[: len(coded)], atol=1e-3)
    # the level in windows longer than any codec's delay
    levels = [
        [power(sound[i : i + 800]) for i in range(0, 13_000, 800)] for sound in (samples, coded)
    ]
    assert np.corrcoef(levels)[0, 1] > 0.3
    assert 0.3 < power(coded) / power(samples) < 3


def test_fewer_bits_cause_a_larger_error():
    samples = tone_corpus.tones("abcdefg")
    codec = CODECS["mp3"]
    low, high = (encode_decode(samples, codec, b) for b in (codec.bits_per_second[0], 32_000))
    length = min(len(low), len(high))
    errors = [power(coded[:length] - samples[:length]) for coded in (low, high)]
    assert errors[0] > errors[1]
