"""The course of a clip's level: silence cut off its ends, soft sounds made softer or louder."""

import numpy as np
from numpy.typing import NDArray

from asr.audio.audio import SAMPLE_RATE

Samples = NDArray[np.float32]
Powers = NDArray[np.float64]

FRAME = SAMPLE_RATE // 100  # samples over which level is looked at, 10 ms
MARGIN = 3  # such frames that are kept on either side of what is loud
SOFTEST = 1e-6  # of the loudest power: what is softer is noise, and changes no further


def trim(
    samples: Samples, depth_db: float, margin: int = MARGIN, judged: Samples | None = None
) -> Samples:
    """Samples (samples,) without what is `depth_db` below their loudest at either end.

    `margin` frames are kept on either side; the level is that of `judged` (samples,), if given.
    """
    powers = _powers(samples if judged is None else judged)
    (loud,) = np.nonzero(powers > powers.max(initial=0.0) * 10 ** (-depth_db / 10))
    if not len(loud):
        return samples
    first, last = max(loud[0] - margin, 0), loud[-1] + 1 + margin
    return samples[first * FRAME : last * FRAME]


def expand(samples: Samples, share: float) -> Samples:
    """Samples (samples,) whose level, in dB below their loudest, is 1 + `share` times as low."""
    powers = _powers(samples)
    loudest = powers.max(initial=0.0)
    if not loudest:
        return samples
    gains = np.maximum(powers / loudest, SOFTEST) ** (share / 2)
    centres = (np.arange(len(gains)) + 0.5) * FRAME
    smooth = np.interp(np.arange(len(samples)), centres, gains)
    return (samples * smooth).astype(np.float32)


def _powers(samples: Samples) -> Powers:
    """Mean square of each whole frame, (frames,)."""
    whole = len(samples) // FRAME
    frames = samples[: whole * FRAME].reshape(whole, FRAME)
    return np.square(frames, dtype=np.float64).mean(1)
