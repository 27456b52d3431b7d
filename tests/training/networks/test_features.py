import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from training.networks.features import (
    LogMel,
    MelPower,
    WaveformFrames,
    frame_mask,
)

HOP = 160  # samples, of 10 ms


@pytest.fixture(scope="module")
def log_mel():
    return LogMel(mels=32, hop_seconds=0.01, window_seconds=0.025)


def noise(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0)) * 0.1


@given(st.lists(st.integers(1, 5000), min_size=2, max_size=4))
def test_features_do_not_depend_on_the_batch(log_mel, lengths):
    waveforms = noise(len(lengths), max(lengths)) * frame_mask(torch.tensor(lengths), max(lengths))
    together, frames = log_mel(waveforms, torch.tensor(lengths))
    for row, count, waveform, length in zip(together, frames, waveforms, lengths, strict=True):
        single, single_frames = log_mel(waveform[None, :length], torch.tensor([length]))
        assert single_frames.item() == count == single.shape[1] == length // HOP + 1
        assert torch.allclose(row[:count], single[0], atol=1e-4)
        assert not row[count:].any()


def test_each_channel_has_mean_0_and_variance_1_over_its_utterance(log_mel):
    lengths = torch.tensor([16_000, 9_000])
    features, frames = log_mel(noise(2, 16_000) * frame_mask(lengths, 16_000), lengths)
    for row, count in zip(features, frames, strict=True):
        assert torch.allclose(row[:count].mean(0), torch.zeros(32), atol=1e-5)
        variance = row[:count].var(0, correction=0)
        assert 0.9 < variance.min() < variance.max() <= 1.0  # a little less where it was small


def test_features_are_invariant_to_level(log_mel):
    waveform, length = noise(1, 8000), torch.tensor([8000])
    quiet, _ = log_mel(waveform * 0.1, length)
    loud, _ = log_mel(waveform, length)
    # the floor still shows a little in the quietest channels
    assert torch.allclose(quiet, loud, atol=0.05)


def test_digital_silence_gives_zero_features(log_mel):
    features, frames = log_mel(torch.zeros(1, 8000), torch.tensor([8000]))
    assert (frames.item(), features.shape) == (51, (1, 51, 32))
    assert features.abs().max() < 1e-4


def test_the_shortest_clip_has_one_frame(log_mel):
    features, frames = log_mel(torch.ones(1, 1), torch.tensor([1]))
    assert frames.tolist() == [1]
    assert features.isfinite().all()


@pytest.mark.parametrize("frame", [0, 7, 49])
def test_a_frame_is_centred_on_its_multiple_of_the_hop(log_mel, frame):
    waveform = torch.zeros(1, 50 * HOP)
    waveform[0, frame * HOP] = 1.0
    features, _ = log_mel(waveform, torch.tensor([50 * HOP]))
    assert features[0].sum(1).argmax() == frame


@pytest.mark.parametrize("hertz", [400.0, 1000.0, 3000.0, 6000.0])
def test_a_tone_shows_in_the_channel_of_its_frequency(log_mel, hertz):
    time = torch.arange(16_000) / 16_000
    waveform = noise(16_000) * 0.01 + 0.5 * torch.sin(2 * torch.pi * hertz * time) * (time > 0.5)
    # Each channel has its own gain by utterance, which the spread of the noise undoes.
    features, _ = log_mel(waveform[None], torch.tensor([16_000]))
    change = features[0, 60:95].mean(0) - features[0, 5:45].mean(0)
    spread = features[0, 5:45].std(0)
    low, high = 2595 * np.log10(1 + np.array([20.0, 8000.0]) / 700)  # HTK's mel scale
    mel = 2595 * np.log10(1 + hertz / 700)
    assert abs((change / spread).argmax().item() - ((mel - low) / (high - low) * 33 - 1)) <= 1


def test_the_frame_mask_is_true_inside_each_utterance():
    mask = frame_mask(torch.tensor([2, 0, 3]), 3)
    assert mask.tolist() == [[True, True, False], [False] * 3, [True] * 3]


def test_energy_above_the_upper_edge_is_ignored():
    low = LogMel(mels=16, hop_seconds=0.01, window_seconds=0.025, top_hertz=4000.0)
    time = torch.arange(16_000) / 16_000
    hum, hiss = (0.1 * torch.sin(2 * torch.pi * hertz * time)[None] for hertz in (3000.0, 5000.0))
    assert low.log_mel(hum)[0, 50].max() > 1
    assert low.log_mel(hiss)[0, 50].max() < -5


def test_waveform_frames_hold_the_samples():
    frames_of = WaveformFrames(hop_seconds=0.01)
    waveforms = torch.arange(500.0)[None].repeat(2, 1)
    features, frames = frames_of(waveforms, torch.tensor([500, 320]))
    assert (features.shape, frames.tolist()) == ((2, 4, HOP), [4, 2])
    assert torch.equal(features.reshape(2, -1)[:, :500], waveforms)
    assert not features.reshape(2, -1)[:, 500:].any()


@pytest.mark.parametrize("mels", [64, 80, 128])
def test_no_mel_filter_is_empty(mels):
    front_end = LogMel(mels=mels, hop_seconds=0.0125, window_seconds=0.025)
    assert (front_end.bank.sum(0) > 0).all()


@pytest.fixture(scope="module")
def mel_power():
    return MelPower(mels=40, hop_seconds=0.0125, window_seconds=0.025)


@settings(max_examples=20)
@given(st.lists(st.integers(1, 5000), min_size=2, max_size=3))
def test_mel_power_does_not_depend_on_the_batch(mel_power, lengths):
    waveforms = noise(len(lengths), max(lengths))  # noise in the padding, which must be ignored
    together, frames = mel_power(waveforms, torch.tensor(lengths))
    assert together.shape[1] == frames.max()
    for row, count, waveform, length in zip(together, frames, waveforms, lengths, strict=True):
        single, single_frames = mel_power(waveform[None, :length], torch.tensor([length]))
        assert single_frames.item() == count == single.shape[1]
        assert torch.equal(row[:count], single[0])
        assert not row[count:].any()


def test_mel_power_grows_with_the_square_of_the_level(mel_power):
    waveform, length = noise(1, 4000), torch.tensor([4000])
    quiet, _ = mel_power(waveform, length)
    loud, _ = mel_power(waveform * 10, length)
    assert torch.allclose(loud, quiet * 100, rtol=1e-3)


@pytest.fixture(scope="module")
def fixed():
    return LogMel(mels=32, hop_seconds=0.01, window_seconds=0.025, normalisation="fixed")


@given(start=st.integers(0, 20), length=st.integers(12, 40))
def test_features_of_a_part_equal_those_of_the_whole_with_fixed_statistics(fixed, start, length):
    whole = noise(1, 64 * HOP)
    part = whole[:, start * HOP : (start + length) * HOP]
    of_whole, _ = fixed(whole, torch.tensor([whole.shape[1]]))
    of_part, _ = fixed(part, torch.tensor([part.shape[1]]))
    # The windows of two frames at either end reach beyond the part.
    expected = of_whole[:, start + 2 : start + length - 2]
    assert torch.allclose(of_part[:, 2 : length - 2], expected, atol=1e-4)


def test_fixed_statistics_keep_the_level_and_zero_the_padding(fixed):
    waveforms = noise(1, 4000).repeat(2, 1)
    waveforms[1] *= 10.0  # 20 dB, of power
    features, frames = fixed(waveforms, torch.tensor([2000, 4000]))
    rise = features[1, 2:8] - features[0, 2:8]
    assert torch.allclose(rise * fixed.deviation, torch.tensor(100.0).log(), atol=1e-3)
    assert not features[0, frames[0] :].any()


def test_an_unknown_normalisation_is_rejected():
    with pytest.raises(ValueError, match="batch"):
        LogMel(32, 0.01, 0.025, normalisation="batch")
