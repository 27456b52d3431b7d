import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from training.augment import SpecAugment
from training.augment.spectrum import warped
from training.features import LogMel

UNMASKED = {"channel_masks": 0, "frame_masks": 0}


def loudest(hertz):
    """The mel channel of 80 in which a tone is loudest."""
    time = np.arange(16_000) / 16_000
    tone = torch.from_numpy(np.sin(2 * np.pi * hertz * time).astype(np.float32))[None]
    front_end = LogMel(mels=80, hop_seconds=0.01, window_seconds=0.025)
    spectrum = torch.stft(
        tone, front_end.fft, 160, 400, front_end.window, return_complex=True
    ).abs()
    return (spectrum.square().transpose(1, 2) @ front_end.bank)[0, 50].argmax().item()


@pytest.mark.parametrize("factor", [0.8, 0.9, 1.1, 1.2])
@pytest.mark.parametrize("hertz", [700, 1500, 3000])
def test_a_formant_moves_to_its_multiple(hertz, factor):
    features = torch.zeros(1, 3, 80)
    features[..., loudest(hertz)] = 1
    moved = warped(features, torch.tensor([factor]))[0, 1].argmax().item()
    assert moved == pytest.approx(loudest(hertz * factor), abs=1)


@given(st.floats(0.7, 1.4), st.integers(8, 100))
def test_what_is_flat_stays_flat_and_both_ends_stay(factor, mels):
    flat = torch.ones(1, 2, mels)
    assert torch.allclose(warped(flat, torch.tensor([factor])), flat, atol=1e-4)


def test_a_factor_of_one_changes_nothing_and_each_has_its_own():
    features = torch.randn(3, 20, 80)
    moved = warped(features, torch.tensor([1.0, 0.9, 1.1]))
    assert torch.allclose(moved[0], features[0], atol=1e-3)
    for row, factor in ((1, 0.9), (2, 1.1)):
        alone = warped(features[row : row + 1], torch.tensor([factor]))
        assert torch.allclose(moved[row], alone[0], atol=1e-5)


def test_the_generator_decides_and_padding_stays_at_the_mean():
    features = torch.randn(2, 30, 40)
    features[1, 20:] = 0
    augment = SpecAugment(**UNMASKED, warp=0.2)
    torch.manual_seed(3)
    one = augment(features, torch.tensor([30, 20]))
    torch.manual_seed(3)
    assert torch.equal(augment(features, torch.tensor([30, 20])), one)
    assert not torch.allclose(one[0], features[0], atol=1e-2)
    assert not one[1, 20:].any()
