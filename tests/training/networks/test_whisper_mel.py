import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torchaudio.functional import melscale_fbanks

from training.networks.whisper_mel import PEAK, WhisperLogMel


def noise(samples: int) -> Tensor:
    return torch.randn(1, samples, generator=torch.Generator().manual_seed(0)) * 0.1


def original(waveform: Tensor) -> Tensor:
    """Whisper's features (F, 80), with zeros beyond the ends as in the front end."""
    spectrum = torch.stft(
        waveform, 400, 160, window=torch.hann_window(400), pad_mode="constant", return_complex=True
    )
    power = spectrum[0, :, :-1].abs().square()
    bank: Tensor = melscale_fbanks(201, 0, 8000, 80, 16000, "slaney", "slaney")
    decades = (bank.T @ power).log10()
    return ((decades.maximum(decades.max() - 8.0) + 4.0) / 4.0).T


def test_features_are_those_of_whisper_but_for_the_level():
    waveform = noise(8000)
    features, frames = WhisperLogMel()(waveform, torch.tensor([8000]))
    expected = original(waveform)
    assert (features.shape, frames.tolist()) == ((1, 50, 80), [50])
    assert features.max().item() == pytest.approx((PEAK + 4) / 4)
    assert torch.allclose(features[0] - features.max(), expected - expected.max(), atol=1e-4)


@given(st.floats(-60, 18))
def test_features_are_independent_of_the_level(decibels):
    front_end, length = WhisperLogMel(), torch.tensor([4000])
    features, _ = front_end(noise(4000), length)
    scaled, _ = front_end(noise(4000) * 10 ** (decibels / 20), length)
    assert torch.allclose(scaled, features, atol=1e-4)


def test_digital_silence_and_quantisation_noise_stay_low():
    front_end, length = WhisperLogMel(), torch.tensor([4000])
    silence, _ = front_end(torch.zeros(1, 4000), length)
    assert silence.unique().tolist() == pytest.approx([(PEAK - 8 + 4) / 4])
    quantised, _ = front_end(torch.sign(noise(4000)) / 2**20, length)
    assert quantised.max() < (PEAK + 4) / 4 - 0.1


def test_features_outside_of_an_utterance_are_zero():
    waveforms = torch.nn.functional.pad(noise(3000), [0, 2000])
    features, frames = WhisperLogMel()(waveforms, torch.tensor([3000]))
    assert frames.tolist() == [18]
    assert not features[:, 18:].any()


def test_the_shortest_audio_has_one_frame():
    features, frames = WhisperLogMel()(noise(1), torch.tensor([1]))
    assert (features.shape, frames.tolist()) == ((1, 1, 80), [1])
