"""Levels of decoded samples: clipping, values beyond full scale, values that are no samples."""

from collections.abc import Iterable, Iterator

import numpy as np

from asr.audio.block import AudioBlock
from asr.audio_warnings import WarningLog
from asr.types import Samples

# Float files may hold integers of 32 bits, unscaled. What is larger is no sample.
MAX_MAGNITUDE = 2.0**32
FULL_SCALE = 32_767 / 32_768  # of 16 bits, the largest positive value
CLIPPED_SHARE = 0.005  # of the samples at full scale, at which speech is distorted audibly

# Fewer samples beyond full scale are overshoots of a codec, or clicks: they are clipped. Of float
# samples of another scale there are more.
OVERSHOOT_SHARE = 0.001


def fit_to_full_scale(samples: Samples) -> Samples:
    """Scale samples in place by their peak, if more than overshoots are beyond full scale.

    Parameters
    ----------
    samples : array, shape (samples,)
        Finite, of any scale.

    Returns
    -------
    array, shape (samples,)
        In [-1, 1]; the same array.
    """
    peak = max(float(samples.max()), -float(samples.min()))
    if peak > 1:
        beyond = np.count_nonzero(samples > 1) + np.count_nonzero(samples < -1)
        if beyond > OVERSHOOT_SHARE * len(samples):
            samples /= peak
        else:
            np.clip(samples, -1, 1, out=samples)
    return samples


class LevelCheck:
    """Replaces values that are no samples by zero, and counts them and the clipped samples."""

    def __init__(self, warnings: WarningLog) -> None:
        self._warnings = warnings
        self._samples = self._invalid = self._clipped = 0
        self._exceeds_full_scale = False

    def checked(self, blocks: Iterable[AudioBlock]) -> Iterator[AudioBlock]:
        """The blocks, with finite samples; their frames are changed in place."""
        for block in blocks:
            magnitude = np.abs(block.frames)
            # NaN compares as false.
            invalid = ~(magnitude <= MAX_MAGNITUDE)
            if invalid.any():
                self._invalid += int(np.count_nonzero(invalid))
                block.frames[invalid] = 0
            self._samples += magnitude.size
            self._exceeds_full_scale |= bool((magnitude > 1).any())
            self._clipped += int(np.count_nonzero(magnitude >= FULL_SCALE))
            yield block

    def report(self) -> None:
        """Add the warnings."""
        if self._invalid:
            self._warnings.add(
                "not_finite",
                f"{self._invalid:,} samples are not finite, or beyond any scale; they were "
                "replaced by zero.",
            )
        # Of a float file that exceeds full scale, nothing is clipped there.
        if not self._exceeds_full_scale and self._clipped > CLIPPED_SHARE * self._samples:
            self._warnings.add(
                "clipped",
                f"{self._clipped / self._samples:.1%} of the samples are at full scale: the "
                "recording is clipped, lower its level.",
            )
