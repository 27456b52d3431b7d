from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from training.networks.relative_mel import (
    DB_PER_NEPER,
    RELATIVE_SCALE,
    Mfcc,
    RelativeMel,
)

HOP = 160  # samples, of 10 ms


def noise(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0)) * 0.1


def test_cepstral_coefficients_are_the_cosine_transform_of_log_mel_powers():
    mfcc = Mfcc(12, mels=32, hop_seconds=0.01, window_seconds=0.025, range_db=20.0)
    waveform, length = noise(1, 8000), torch.tensor([8000])
    features, frames = mfcc(waveform, length)
    assert (features.shape, frames.tolist()) == ((1, 51, 12), [51])
    powers = mfcc.log_mel(waveform)[0]
    channel, order = torch.arange(32), torch.arange(12)[:, None]
    cosines = torch.cos(torch.pi / 32 * (channel + 0.5) * order)  # DCT-II
    scale = torch.where(order == 0, 1 / 32, 2 / 32).sqrt()
    relative = (powers - powers.max() + 20.0 / DB_PER_NEPER).clamp_min(0)
    assert torch.allclose(features[0], relative @ (cosines * scale).T / RELATIVE_SCALE, atol=1e-4)


@pytest.mark.parametrize("kind", [RelativeMel, partial(Mfcc, 12)], ids=["mel", "mfcc"])
@given(gain=st.floats(0.05, 1.0), hops=st.integers(0, 50))
def test_features_are_invariant_to_level_and_surrounding_silence(kind, gain, hops):
    front_end = kind(mels=32, hop_seconds=0.01, window_seconds=0.025)
    waveform = noise(1, 8000)
    features, _ = front_end(waveform, torch.tensor([8000]))
    padded = torch.nn.functional.pad(waveform * gain, [hops * HOP, hops * HOP])
    quiet, frames = front_end(padded, torch.tensor([padded.shape[1]]))
    assert torch.allclose(quiet[0, hops : frames - hops], features[0], atol=1e-3)
    assert not quiet[0, : max(hops - 2, 0)].any()


def test_pre_emphasis_is_a_first_order_difference():
    options: dict[str, Any] = {"mels": 24, "hop_seconds": 0.01, "window_seconds": 0.025}
    waveform, length = noise(1, 8000), torch.tensor([8000])
    differences = waveform - 0.97 * torch.nn.functional.pad(waveform, [1, 0])[:, :-1]
    expected, _ = Mfcc(12, **options)(differences, length)
    features, _ = Mfcc(12, pre_emphasis=0.97, **options)(waveform, length)
    # Approximate: the first sample of a window has no previous one.
    assert torch.allclose(features[:, 2:-2], expected[:, 2:-2], atol=0.1)
    assert not torch.allclose(features, Mfcc(12, **options)(waveform, length)[0], atol=0.5)


def test_features_span_the_range_below_the_peak():
    front_end = RelativeMel(mels=32, hop_seconds=0.01, window_seconds=0.025, range_db=20.0)
    features, _ = front_end(noise(1, 8000), torch.tensor([8000]))
    assert features.max() == pytest.approx(20.0 / DB_PER_NEPER / RELATIVE_SCALE, rel=1e-5)
    assert features.min() == 0.0
