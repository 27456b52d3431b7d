"""SpecAugment masks, and vocal tract length perturbation, of spectral features in a batch."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

MIN_HERTZ, MAX_HERTZ = 20.0, 8000.0  # range of the mel channels of `features.LogMel`
# Share of the band that is scaled; above it, a second line maps the rest onto the remaining band.
WARPED_SHARE = 0.6

MELS_PER_LOG = 2595 / math.log(10)  # mel = MELS_PER_LOG * log(1 + hertz / 700)


@dataclass(frozen=True)
class SpecAugment:
    """Frequency and time masks (Park et al. 2019) after a warp of the mel axis.

    Attributes
    ----------
    channel_masks, channel_width : int
        Number and maximum width of the masks over mel channels.
    frame_masks, frame_width : int
        Number and maximum width of the masks over frames.
    frame_share : float
        Maximum width of a frame mask as a share of its utterance.
    warp : float
        Vocal tract length perturbation (Jaitly and Hinton 2013): formants are scaled by
        1 - warp to 1 + warp; pitch and rate do not change.
    """

    channel_masks: int = 2
    channel_width: int = 10
    frame_masks: int = 2
    frame_width: int = 20
    frame_share: float = 0.1
    warp: float = 0.0

    def __call__(self, features: Tensor, frames: Tensor, top_hertz: float = MAX_HERTZ) -> Tensor:
        """Warp and mask a batch; masked elements are 0.

        Parameters
        ----------
        features : Tensor, shape (batch, frames, mels)
            Mel features up to `top_hertz`.
        frames : Tensor, shape (batch,)
            Frames of each utterance.
        """
        _, total, mels = features.shape
        if self.warp:
            uniform = torch.rand(frames.shape, device=frames.device)
            features = warp_mels(features, 1 + self.warp * (2 * uniform - 1), top_hertz)
        keep = torch.ones_like(features, dtype=torch.bool)
        for _ in range(self.channel_masks):
            mask = _random_span(torch.full_like(frames, mels), self.channel_width, mels)
            keep &= ~mask[:, None, :]
        for _ in range(self.frame_masks):
            width = (frames * self.frame_share).int().clamp_max(self.frame_width)
            keep &= ~_random_span(frames, width, total)[:, :, None]
        return features * keep


def _random_span(lengths: Tensor, max_width: Tensor | int, total: int) -> Tensor:
    """One random span of up to `max_width` within each length; shape (batch, total), bool."""
    width = (torch.rand(lengths.shape, device=lengths.device) * (max_width + 1)).int()
    free = (lengths - width).clamp_min(1)
    start = (torch.rand(lengths.shape, device=lengths.device) * free).int()
    position = torch.arange(total, device=lengths.device)[None, :]
    return (position >= start[:, None]) & (position < (start + width)[:, None])


def warp_mels(features: Tensor, factors: Tensor, top_hertz: float = MAX_HERTZ) -> Tensor:
    """Scale formant frequencies by linear interpolation between mel channels.

    Costs 0.03 ms a second of audio.

    Parameters
    ----------
    features : Tensor, shape (batch, frames, mels)
        Mel features up to `top_hertz`.
    factors : Tensor, shape (batch,)
        Scale of each utterance's formants.

    Returns
    -------
    Tensor, shape (batch, frames, mels)
    """
    mels = features.shape[-1]
    positions = _source_channels(mels, factors, top_hertz)[:, None, :]  # (batch, 1, mels)
    channel = torch.arange(mels, device=features.device, dtype=positions.dtype)[None, :, None]
    weights = (1 - (positions - channel).abs()).clamp_min(0)  # (batch, mels from, mels to)
    return features @ weights.to(features.dtype)


def _source_channels(mels: int, factors: Tensor, top_hertz: float) -> Tensor:
    """Fractional source channel of each channel after the warp; shape (batch, mels)."""
    lowest, highest = _mel(torch.tensor([MIN_HERTZ, top_hertz])).tolist()
    step = (highest - lowest) / (mels + 1)
    centres = lowest + step * torch.arange(1, mels + 1, device=factors.device)
    hertz = 700 * torch.expm1(centres / MELS_PER_LOG)[None, :]
    scale = 1 / factors[:, None]
    edge = WARPED_SHARE * top_hertz * scale.clamp_max(1) / scale
    slope = (top_hertz - edge * scale) / (top_hertz - edge)
    source = torch.where(hertz <= edge, hertz * scale, top_hertz - slope * (top_hertz - hertz))
    return ((_mel(source) - lowest) / step - 1).clamp(0, mels - 1)


def _mel(hertz: Tensor) -> Tensor:
    return MELS_PER_LOG * torch.log1p(hertz / 700)
