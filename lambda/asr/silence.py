"""Silence and level of windows, relative to the recording that they are from.

Networks that normalise their features amplify silence, and long silence beside speech changes how
the speech is read; so only the audible stretches of a window are passed to the model. What is
silent follows from the loudest sample so far, not from an absolute level: recordings may be quiet.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr.audio.level import fit_to_full_scale
from asr.types import Samples

# A stretch is silent if it is 72 dB below the recording's peak.
RELATIVE_PEAK = 2.0**-12
# Or within one step of 16 bits, which is what recorders write without a signal.
MIN_PEAK = 2.0**-15
# Up to 8 steps of 16 bits, a steady level is noise of the recorder; speech varies.
STEADY_PEAK = 8 * 2.0**-15
STEADY_RATIO = 3.0  # of the loudest frames to the median, by RMS; 20 in speech
# Peaks below the first lose words (WER +0.07 at -40 dBFS); they are raised to the second, the level
# of most recordings.
QUIET_PEAK, RAISED_PEAK = 10 ** (-30 / 20), 10 ** (-8 / 20)
SPLIT_SECONDS = 2.0  # of silence between two stretches
# Of silence that a stretch keeps on either side. More changes words: the model of 0.1.0 reads
# samples/hello.flac wrong with 0.5 s of zeros after it.
MARGIN_SECONDS = 0.05


@dataclass(frozen=True, eq=False)
class Stretch:
    """Audible samples, and the frame of their window at which they begin."""

    samples: Samples
    first_frame: int


class LevelTracker:
    """Follows the peak of a recording over its windows.

    Parameters
    ----------
    frame : int
        Samples per frame of the model.
    sample_rate : int
    """

    def __init__(self, frame: int, sample_rate: int) -> None:
        self._frame = frame
        self._margin = round(MARGIN_SECONDS * sample_rate / frame)
        self._split = round(SPLIT_SECONDS * sample_rate / frame)
        self._peak = 0.0

    def audible(self, window: Samples) -> list[Stretch]:
        """The audible stretches of the next window, raised or lowered to the level of speech.

        A window without long silence is one stretch; a silent one has none.
        """
        peaks = _frame_peaks(window, self._frame)
        self._peak = max(self._peak, float(peaks.max()))
        threshold = max(MIN_PEAK, self._peak * RELATIVE_PEAK)
        audible = peaks > threshold
        if not audible.any() or _is_steady_noise(window, float(peaks.max()), self._frame):
            return []
        return [
            Stretch(self._levelled(window[first * self._frame : end * self._frame]), first)
            for first, end in _runs(audible, self._split, self._margin)
        ]

    def _levelled(self, samples: Samples) -> Samples:
        """Samples in [-1, 1], of a recording that is neither too loud nor too quiet."""
        if self._peak < QUIET_PEAK:
            return samples * np.float32(RAISED_PEAK / self._peak)
        return fit_to_full_scale(samples.copy()) if self._peak > 1 else samples


def _frame_peaks(samples: Samples, frame: int) -> Samples:
    """Peak of each frame, the last of which may be cut; shape (frames,)."""
    return np.maximum.reduceat(np.abs(samples), np.arange(0, len(samples), frame))


def _is_steady_noise(samples: Samples, peak: float, frame: int) -> bool:
    if peak > STEADY_PEAK:
        return False
    power = np.add.reduceat(samples.astype(np.float64) ** 2, np.arange(0, len(samples), frame))
    return bool(np.percentile(power, 95) < STEADY_RATIO**2 * np.median(power))


def _runs(audible: NDArray[np.bool_], split: int, margin: int) -> Iterator[tuple[int, int]]:
    """First and end of the audible frames, apart where `split` frames or more are silent.

    With a margin on either side; silence of fewer frames at the edges is kept.
    """
    frames = np.flatnonzero(audible)
    breaks = np.flatnonzero(np.diff(frames) > split)
    firsts = [frames[0], *frames[breaks + 1]]
    lasts = [*frames[breaks], frames[-1]]
    for first, last in zip(firsts, lasts, strict=True):
        begin, end = max(0, int(first) - margin), min(len(audible), int(last) + 1 + margin)
        yield begin if first > split else 0, end if len(audible) - last > split else len(audible)
