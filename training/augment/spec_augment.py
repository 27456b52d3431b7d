"""What is done to features in the training step: masks, and vocal tracts of other lengths."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

LOWEST_HERTZ, HIGHEST_HERTZ = 20.0, 8000.0  # of the mel channels of `features.LogMel`
WARPED_SHARE = 0.6  # of the band, that is scaled; beyond it the rest gives way

MELS = 2595 / math.log(10)  # of a factor e in frequency, above the first 700 Hz


@dataclass(frozen=True)
class SpecAugment:
    """Masks over mel channels and frames (Park et al. 2019), after a warp of the mel axis.

    Attributes
    ----------
    channel_masks, channel_width : int
        How many bands of mel channels are hidden, and their greatest width.
    frame_masks, frame_width : int
        Likewise for frames.
    frame_share : float
        No frame mask is wider than this share of its utterance.
    warp : float
        Formants are scaled by 1 - warp to 1 + warp, as shorter and longer vocal tracts do it
        (Jaitly and Hinton 2013), pitch and rate staying what they are.
    """

    channel_masks: int = 2
    channel_width: int = 10
    frame_masks: int = 2
    frame_width: int = 20
    frame_share: float = 0.1
    warp: float = 0.0

    def __call__(
        self, features: Tensor, frames: Tensor, top_hertz: float = HIGHEST_HERTZ
    ) -> Tensor:
        """Features (B, F, mels), up to `top_hertz`, with masked parts at 0; frames (B,)."""
        _, total, mels = features.shape
        if self.warp:
            drawn = torch.rand(frames.shape, device=frames.device)
            features = warped(features, 1 + self.warp * (2 * drawn - 1), top_hertz)
        keep = torch.ones_like(features, dtype=torch.bool)
        for _ in range(self.channel_masks):
            keep &= ~_spans(torch.full_like(frames, mels), self.channel_width, mels)[:, None, :]
        for _ in range(self.frame_masks):
            width = (frames * self.frame_share).int().clamp_max(self.frame_width)
            keep &= ~_spans(frames, width, total)[:, :, None]
        return features * keep


def _spans(lengths: Tensor, width: Tensor | int, total: int) -> Tensor:
    """One random span of up to `width` within each length; shape (B, total), bool."""
    drawn = (torch.rand(lengths.shape, device=lengths.device) * (width + 1)).int()
    room = (lengths - drawn).clamp_min(1)
    start = (torch.rand(lengths.shape, device=lengths.device) * room).int()
    position = torch.arange(total, device=lengths.device)[None, :]
    return (position >= start[:, None]) & (position < (start + drawn)[:, None])


def warped(features: Tensor, factors: Tensor, top_hertz: float = HIGHEST_HERTZ) -> Tensor:
    """Features (B, F, mels), up to `top_hertz`, whose formants are scaled by `factors` (B,).

    Each channel becomes a mixture of the two between which its frequency had been. Costs 0.03 ms a
    second of audio.
    """
    mels = features.shape[-1]
    positions = _positions(mels, factors, top_hertz)[:, None, :]  # (B, 1, mels)
    channel = torch.arange(mels, device=features.device, dtype=positions.dtype)[None, :, None]
    weights = (1 - (positions - channel).abs()).clamp_min(0)  # (B, mels from, mels to)
    return features @ weights.to(features.dtype)


def _positions(mels: int, factors: Tensor, top_hertz: float) -> Tensor:
    """Which channel, in fractions, is heard in each channel after the warp; shape (B, mels)."""
    lowest, highest = _mel(torch.tensor([LOWEST_HERTZ, top_hertz])).tolist()
    step = (highest - lowest) / (mels + 1)
    centres = lowest + step * torch.arange(1, mels + 1, device=factors.device)
    hertz = 700 * torch.expm1(centres / MELS)[None, :]
    scale = 1 / factors[:, None]
    edge = WARPED_SHARE * top_hertz * scale.clamp_max(1) / scale
    slope = (top_hertz - edge * scale) / (top_hertz - edge)
    source = torch.where(hertz <= edge, hertz * scale, top_hertz - slope * (top_hertz - hertz))
    return ((_mel(source) - lowest) / step - 1).clamp(0, mels - 1)


def _mel(hertz: Tensor) -> Tensor:
    return MELS * torch.log1p(hertz / 700)
