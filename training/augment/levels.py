"""Level-based trimming of silence, and expansion or compression of a clip's dynamics."""

import numpy as np
from numpy.typing import NDArray

from asr.audio.audio import SAMPLE_RATE
from asr.types import Samples

FRAME_SAMPLES = SAMPLE_RATE // 100  # frames of 10 ms, over which level is measured
MARGIN_FRAMES = 3  # kept on either side of the loud part
MIN_RELATIVE_POWER = 1e-6  # of the peak; the gain of quieter frames, which are noise, is bounded


def trim(
    samples: Samples,
    depth_db: float,
    margin: int = MARGIN_FRAMES,
    reference: Samples | None = None,
) -> Samples:
    """Trim both ends where the level is more than `depth_db` below the peak level.

    Parameters
    ----------
    samples : NDArray[float32], shape (samples,)
    margin : int
        Frames kept on either side.
    reference : NDArray[float32], shape (samples,), optional
        Waveform whose level is measured; default: `samples`.
    """
    powers = _frame_powers(samples if reference is None else reference)
    (loud,) = np.nonzero(powers > powers.max(initial=0.0) * 10 ** (-depth_db / 10))
    if not len(loud):
        return samples
    first, end = max(loud[0] - margin, 0), loud[-1] + 1 + margin
    return samples[first * FRAME_SAMPLES : end * FRAME_SAMPLES]


def expand_level(samples: Samples, share: float) -> Samples:
    """Scale level differences below the peak, in dB, by 1 + `share`; samples (samples,)."""
    powers = _frame_powers(samples)
    peak = powers.max(initial=0.0)
    if not peak:
        return samples
    gains = np.maximum(powers / peak, MIN_RELATIVE_POWER) ** (share / 2)
    centres = (np.arange(len(gains)) + 0.5) * FRAME_SAMPLES
    smooth = np.interp(np.arange(len(samples)), centres, gains)
    return (samples * smooth).astype(np.float32)


def _frame_powers(samples: Samples) -> NDArray[np.float64]:
    """Mean square of each whole frame; shape (frames,)."""
    frames = len(samples) // FRAME_SAMPLES
    framed = samples[: frames * FRAME_SAMPLES].reshape(frames, FRAME_SAMPLES)
    return np.square(framed, dtype=np.float64).mean(1)
