import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from training.augment import SpecAugment
from training.augment.spec_augment import warped
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


@pytest.mark.parametrize("factor", [0.8, 1.2])
@pytest.mark.parametrize("hertz", [500, 1500])
def test_a_formant_of_a_narrower_band_moves_likewise(hertz, factor):
    mels = torch.linspace(0, 2595 * np.log10(1 + 4000 / 700), 42)[1:-1]
    centres = 700 * (10 ** (mels / 2595) - 1)
    features = torch.zeros(1, 1, 40)
    channel = (centres - hertz).abs().argmin()
    features[..., channel] = 1
    moved = warped(features, torch.tensor([factor]), top_hertz=4000)[0, 0].argmax()
    expected = (centres - centres[channel] * factor).abs().argmin()
    assert moved.item() == pytest.approx(expected.item(), abs=1)


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
