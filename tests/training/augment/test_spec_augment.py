import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from training.augment import SpecAugment
from training.augment.spec_augment import warp_mels
from training.networks.features import LogMel

UNMASKED = {"channel_masks": 0, "frame_masks": 0}
augmentations = st.builds(
    SpecAugment,
    st.integers(0, 3),
    st.integers(0, 20),
    st.integers(0, 3),
    st.integers(0, 30),
    st.floats(0.0, 0.5),
)


@given(augmentations, st.lists(st.integers(1, 80), min_size=1, max_size=4), st.integers(0, 2**31))
def test_masks_are_bands_of_at_most_their_width(augment, lengths, seed):
    torch.manual_seed(seed)
    frames = torch.tensor(lengths)
    features = torch.ones(len(lengths), max(lengths), 16)
    masked = augment(features, frames)
    assert masked.shape == features.shape
    assert set(masked.unique().tolist()) <= {0.0, 1.0}
    for row, length in zip(masked, lengths, strict=True):
        masked_out_frames = (row == 0).all(1).sum().item()
        masked_out_channels = (row == 0).all(0).sum().item()
        widest = min(augment.frame_width, int(length * augment.frame_share))
        if masked_out_channels < 16 and masked_out_frames < len(row):
            assert masked_out_frames <= augment.frame_masks * widest
            assert masked_out_channels <= augment.channel_masks * augment.channel_width
            # only whole bands are masked
            assert (row == 0).sum() == masked_out_frames * 16 + masked_out_channels * len(row) - (
                masked_out_frames * masked_out_channels
            )


def test_a_single_mask_is_contiguous():
    torch.manual_seed(0)
    augment = SpecAugment(channel_masks=0, frame_masks=1, frame_width=8, frame_share=1.0)
    masked = augment(torch.ones(200, 50, 4), torch.full((200,), 50))
    masked_out = (masked[:, :, 0] == 0).int()
    assert (masked_out.diff(dim=1).clamp_min(0).sum(1) + masked_out[:, 0] <= 1).all()
    assert set(masked_out.sum(1).tolist()) == set(range(9))


def test_frame_masks_lie_within_their_utterance():
    torch.manual_seed(0)
    augment = SpecAugment(channel_masks=0, frame_masks=2, frame_width=20, frame_share=0.5)
    masked = augment(torch.ones(100, 60, 4), torch.full((100,), 12))
    assert (masked[:, 12:] == 1).all()
    assert (masked[:, :12] == 0).any()


def test_without_masks_features_are_unchanged():
    features = torch.randn(2, 30, 8)
    masked = SpecAugment(channel_masks=0, frame_masks=0)(features, torch.tensor([30, 20]))
    assert torch.equal(masked, features)


def test_masks_are_made_on_the_device_of_the_features():
    features = torch.ones(2, 30, 8, device="meta")
    frames = torch.tensor([30, 20], device="meta")
    assert SpecAugment()(features, frames).device.type == "meta"


def peak_channel(hertz):
    """Mel channel, of 80, with the most power of a tone."""
    time = np.arange(16_000) / 16_000
    tone = torch.from_numpy(np.sin(2 * np.pi * hertz * time).astype(np.float32))[None]
    front_end = LogMel(mels=80, hop_seconds=0.01, window_seconds=0.025)
    spectrum = torch.stft(
        tone, front_end.fft, 160, 400, front_end.window, return_complex=True
    ).abs()
    return (spectrum.square().transpose(1, 2) @ front_end.bank)[0, 50].argmax().item()


@pytest.mark.parametrize("factor", [0.8, 0.9, 1.1, 1.2])
@pytest.mark.parametrize("hertz", [700, 1500, 3000])
def test_a_formant_is_scaled_by_the_factor(hertz, factor):
    features = torch.zeros(1, 3, 80)
    features[..., peak_channel(hertz)] = 1
    warped = warp_mels(features, torch.tensor([factor]))[0, 1].argmax().item()
    assert warped == pytest.approx(peak_channel(hertz * factor), abs=1)


@pytest.mark.parametrize("factor", [0.8, 1.2])
@pytest.mark.parametrize("hertz", [500, 1500])
def test_a_formant_of_a_narrow_band_is_scaled_by_the_factor(hertz, factor):
    mels = torch.linspace(0, 2595 * np.log10(1 + 4000 / 700), 42)[1:-1]
    centres = 700 * (10 ** (mels / 2595) - 1)
    features = torch.zeros(1, 1, 40)
    channel = (centres - hertz).abs().argmin()
    features[..., channel] = 1
    warped = warp_mels(features, torch.tensor([factor]), top_hertz=4000)[0, 0].argmax()
    expected = (centres - centres[channel] * factor).abs().argmin()
    assert warped.item() == pytest.approx(expected.item(), abs=1)


@given(st.floats(0.7, 1.4), st.integers(8, 100))
def test_a_flat_spectrum_is_not_changed(factor, mels):
    flat = torch.ones(1, 2, mels)
    assert torch.allclose(warp_mels(flat, torch.tensor([factor])), flat, atol=1e-4)


def test_each_utterance_has_its_own_factor_and_1_changes_nothing():
    features = torch.randn(3, 20, 80)
    warped = warp_mels(features, torch.tensor([1.0, 0.9, 1.1]))
    assert torch.allclose(warped[0], features[0], atol=1e-3)
    for row, factor in ((1, 0.9), (2, 1.1)):
        single = warp_mels(features[row : row + 1], torch.tensor([factor]))
        assert torch.allclose(warped[row], single[0], atol=1e-5)


def test_the_warp_is_deterministic_and_padding_stays_0():
    features = torch.randn(2, 30, 40)
    features[1, 20:] = 0
    augment = SpecAugment(**UNMASKED, warp=0.2)
    torch.manual_seed(3)
    one = augment(features, torch.tensor([30, 20]))
    torch.manual_seed(3)
    assert torch.equal(augment(features, torch.tensor([30, 20])), one)
    assert not torch.allclose(one[0], features[0], atol=1e-2)
    assert not one[1, 20:].any()
