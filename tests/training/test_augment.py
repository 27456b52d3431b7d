import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training import corpora
from training.augment import SpecAugment, WaveformAugmentation, coloured_noise, mix

seeds = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))


def power(samples):
    return float(np.mean(samples.astype(np.float64) ** 2))


@settings(max_examples=20)
@given(seeds)
def test_the_seed_alone_decides_how_a_waveform_is_altered(seed):
    samples = corpora.sing("abc")
    one, other = WaveformAugmentation()(samples, seed), WaveformAugmentation()(samples, seed)
    assert np.array_equal(one, other)
    assert one.dtype == np.float32


def test_each_step_alters_otherwise():
    samples = corpora.sing("abc")
    altered = [WaveformAugmentation()(samples, (step, 0)) for step in range(5)]
    assert len({a.tobytes() for a in altered}) == 5


@settings(max_examples=30)
@given(seeds, st.floats(0.0, 0.3))
def test_speed_stays_within_its_range(seed, speed):
    samples = corpora.sing("abcdef")
    altered = WaveformAugmentation(speed=speed, noise_probability=0.0)(samples, seed)
    assert len(samples) / (1 + speed) - 2 <= len(altered) <= len(samples) / (1 - speed) + 2


def test_faster_is_higher():
    time = np.arange(16_000) / 16_000
    samples = (0.1 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    for step in range(5):
        altered = WaveformAugmentation(0.2, 0.0, 0.0)(samples, (step,))
        spectrum = np.abs(np.fft.rfft(altered * np.hanning(len(altered))))
        hertz = spectrum.argmax() * 16_000 / len(altered)
        assert hertz * len(altered) == pytest.approx(1000 * len(samples), rel=0.01)


@settings(max_examples=30)
@given(seeds, st.floats(0.0, 12.0))
def test_gain_stays_within_its_range(seed, gain_db):
    samples = corpora.sing("abc") * np.float32(0.1)
    altered = WaveformAugmentation(0.0, gain_db, 0.0)(samples, seed)
    assert abs(10 * np.log10(power(altered) / power(samples))) <= gain_db + 0.1


def test_gain_does_not_leave_the_range_of_samples():
    loud = np.sign(corpora.sing("abc"))
    altered = [WaveformAugmentation(gain_db=20.0)(loud, (step,)) for step in range(10)]
    assert max(np.abs(a).max() for a in altered) == 1.0


@pytest.mark.parametrize(("probability", "noisy"), [(0.0, 0), (0.5, 50), (1.0, 100)])
def test_noise_comes_as_often_as_asked(probability, noisy):
    silence_after = np.concatenate([corpora.sing("a"), np.zeros(800, np.float32)])
    augment = WaveformAugmentation(0.0, 0.0, probability)
    heard = sum(bool(np.abs(augment(silence_after, (i,))[-400:]).max() > 0) for i in range(100))
    assert heard == pytest.approx(noisy, abs=15 if 0 < noisy < 100 else 0)


@given(st.floats(-10.0, 40.0), st.integers(0, 2**31))
def test_noise_is_mixed_at_the_ratio_asked_for(snr_db, seed):
    speech = corpora.sing("abc")
    noise = coloured_noise(len(speech), np.random.default_rng(seed))
    added = mix(speech, noise, snr_db).astype(np.float64) - speech
    assert 10 * np.log10(power(speech) / power(added)) == pytest.approx(snr_db, abs=0.1)


def test_silence_stays_silent_and_silent_noise_adds_nothing():
    silence, speech = np.zeros(1600, np.float32), corpora.sing("a")[:1600]
    noise = coloured_noise(1600, np.random.default_rng(0))
    assert not mix(silence, noise, 10.0).any()
    assert np.array_equal(mix(speech, silence, 10.0), speech)


@given(st.integers(1, 4001), st.integers(0, 2**31))
def test_noise_is_as_long_as_asked(length, seed):
    noise = coloured_noise(length, np.random.default_rng(seed))
    assert noise.shape == (length,)
    assert noise.dtype == np.float32
    assert np.isfinite(noise).all()


def test_noise_is_between_brown_and_white():
    slopes = []
    for seed in range(20):
        spectrum = np.abs(np.fft.rfft(coloured_noise(16_384, np.random.default_rng(seed)))[1:]) ** 2
        frequency = np.log(np.arange(1, len(spectrum) + 1))
        slopes.append(np.polyfit(frequency, np.log(spectrum), 1)[0])
    assert -2.1 < min(slopes) < -1.5
    assert -0.5 < max(slopes) < 0.1


augmentations = st.builds(
    SpecAugment,
    st.integers(0, 3),
    st.integers(0, 20),
    st.integers(0, 3),
    st.integers(0, 30),
    st.floats(0.0, 0.5),
)


@given(augmentations, st.lists(st.integers(1, 80), min_size=1, max_size=4), st.integers(0, 2**31))
def test_masks_are_bands_within_their_limits(augment, lengths, seed):
    torch.manual_seed(seed)
    frames = torch.tensor(lengths)
    features = torch.ones(len(lengths), max(lengths), 16)
    masked = augment(features, frames)
    assert masked.shape == features.shape
    assert set(masked.unique().tolist()) <= {0.0, 1.0}
    for row, length in zip(masked, lengths, strict=True):
        hidden_frames = (row == 0).all(1).sum().item()
        hidden_channels = (row == 0).all(0).sum().item()
        widest = min(augment.frame_width, int(length * augment.frame_share))
        if hidden_channels < 16 and hidden_frames < len(row):
            assert hidden_frames <= augment.frame_masks * widest
            assert hidden_channels <= augment.channel_masks * augment.channel_width
            # nothing but whole bands is hidden
            assert (row == 0).sum() == hidden_frames * 16 + hidden_channels * len(row) - (
                hidden_frames * hidden_channels
            )


def test_a_single_mask_is_one_run():
    torch.manual_seed(0)
    augment = SpecAugment(channel_masks=0, frame_masks=1, frame_width=8, frame_share=1.0)
    masked = augment(torch.ones(200, 50, 4), torch.full((200,), 50))
    hidden = (masked[:, :, 0] == 0).int()
    assert (hidden.diff(dim=1).clamp_min(0).sum(1) + hidden[:, 0] <= 1).all()
    assert set(hidden.sum(1).tolist()) == set(range(9))


def test_frame_masks_lie_within_their_utterance():
    torch.manual_seed(0)
    augment = SpecAugment(channel_masks=0, frame_masks=2, frame_width=20, frame_share=0.5)
    masked = augment(torch.ones(100, 60, 4), torch.full((100,), 12))
    assert (masked[:, 12:] == 1).all()
    assert (masked[:, :12] == 0).any()


def test_without_masks_nothing_is_hidden():
    features = torch.randn(2, 30, 8)
    masked = SpecAugment(channel_masks=0, frame_masks=0)(features, torch.tensor([30, 20]))
    assert torch.equal(masked, features)


def test_masks_are_made_where_the_features_are():
    features = torch.ones(2, 30, 8, device="meta")
    frames = torch.tensor([30, 20], device="meta")
    assert SpecAugment()(features, frames).device.type == "meta"
