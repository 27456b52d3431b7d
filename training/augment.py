"""What is done to clean clips so that the network hears more than 14 hours: all of it seeded."""

from dataclasses import dataclass

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torch import Tensor

from asr.audio import SAMPLE_RATE

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class WaveformAugmentation:
    """Strengths of what is done to one waveform.

    Attributes
    ----------
    speed : float
        Speed, and pitch with it, is drawn from 1 - speed to 1 + speed (Ko et al. 2015).
    gain_db : float
        Level is drawn from -gain_db to +gain_db.
    noise_probability : float
        How often coloured noise is mixed in, at `noise_snr_db` (lowest, highest).
    """

    speed: float = 0.1
    gain_db: float = 10.0
    noise_probability: float = 0.3
    noise_snr_db: tuple[float, float] = (8.0, 30.0)

    def __call__(self, samples: Samples, seed: tuple[int, ...]) -> Samples:
        """Waveform (samples,) to an altered one; the same seed alters in the same way."""
        random = np.random.default_rng(seed)
        factor = random.uniform(1 - self.speed, 1 + self.speed)
        samples = soxr.resample(samples, SAMPLE_RATE * factor, SAMPLE_RATE, quality="QQ")
        if random.random() < self.noise_probability:
            snr_db = random.uniform(*self.noise_snr_db)
            samples = mix(samples, coloured_noise(len(samples), random), snr_db)
        gain = 10 ** (random.uniform(-self.gain_db, self.gain_db) / 20)
        return np.clip(samples * np.float32(gain), -1, 1)


def coloured_noise(length: int, random: np.random.Generator) -> Samples:
    """Noise (length,) whose power falls as frequency to the -2 (brown) to 0 (white)."""
    spectrum = np.fft.rfft(random.standard_normal(length))
    frequency = np.maximum(np.arange(len(spectrum)), 1)
    tilted = spectrum * frequency ** -random.uniform(0.0, 1.0)
    return np.fft.irfft(tilted, length).astype(np.float32)


def mix(speech: Samples, noise: Samples, snr_db: float) -> Samples:
    """Add `noise` to `speech`, both (samples,), at the given ratio of powers."""
    power = float(np.mean(speech**2)) / max(float(np.mean(noise**2)), 1e-12)
    return speech + noise * np.float32(np.sqrt(power / 10 ** (snr_db / 10)))


@dataclass(frozen=True)
class SpecAugment:
    """Masks over mel channels and frames (Park et al. 2019), at most a share of an utterance.

    Attributes
    ----------
    channel_masks, channel_width : int
        How many bands of mel channels are hidden, and their greatest width.
    frame_masks, frame_width : int
        Likewise for frames.
    frame_share : float
        No frame mask is wider than this share of its utterance.
    """

    channel_masks: int = 2
    channel_width: int = 10
    frame_masks: int = 2
    frame_width: int = 20
    frame_share: float = 0.1

    def __call__(self, features: Tensor, frames: Tensor) -> Tensor:
        """Features (B, F, mels) with masked parts at 0, the mean; frames (B,)."""
        _, total, mels = features.shape
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
