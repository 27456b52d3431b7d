"""Overlapping windows over long audio, and the stitching of their outputs.

A recurrent or attention network cannot take hours of audio at once. Neighbouring windows share an
overlap, and each frame of it is taken from the window in which it lies deepest, so that every
frame kept has at least half the overlap as context on either side.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from asr.types import LogProbs, Samples


@dataclass(frozen=True)
class WindowLayout:
    """Size and overlap of the windows.

    Attributes
    ----------
    frame : int
        Samples per output frame.
    window : int
        Frames per full window.
    overlap : int
        Frames that two neighbours share; even, and less than `window`.
    """

    frame: int
    window: int
    overlap: int

    @staticmethod
    def from_seconds(
        window_seconds: float, overlap_seconds: float, frame_seconds: float, sample_rate: int
    ) -> "WindowLayout":
        """Round durations to the nearest whole frames."""
        overlap = 2 * round(overlap_seconds / frame_seconds / 2)
        window = max(round(window_seconds / frame_seconds), overlap + 1)
        return WindowLayout(round(frame_seconds * sample_rate), window, overlap)

    @property
    def hop(self) -> int:
        """Frames from the start of one window to the start of the next."""
        return self.window - self.overlap


@dataclass(frozen=True, eq=False)
class Window:
    """A piece of audio, and the range [first, end) of its output frames that is kept.

    Attributes
    ----------
    samples : array, shape (samples,)
    first : int
    end : int or None
        None in the last window, all of which is kept from `first` on.
    """

    samples: Samples
    first: int
    end: int | None


def split(blocks: Iterable[Samples], layout: WindowLayout) -> Iterator[Window]:
    """Cut a waveform into overlapping windows, holding one window at a time.

    Audio of up to one window stays whole; without audio there is no window.

    Parameters
    ----------
    blocks : iterable of arrays, shape (samples,)
        Of any length each.
    layout : WindowLayout
    """
    margin = layout.overlap // 2
    size, hop = layout.window * layout.frame, layout.hop * layout.frame
    first = 0
    pending: list[Samples] = []
    length = 0
    for block in blocks:
        pending.append(block)
        length += len(block)
        while length > size:  # a full window, and something after it
            joined = np.concatenate(pending)
            yield Window(joined[:size], first, layout.hop + margin)
            first = margin
            pending, length = [joined[hop:]], length - hop
    if length:
        yield Window(np.concatenate(pending), first, None)


def stitch(outputs: Iterable[tuple[Window, LogProbs]]) -> Iterator[LogProbs]:
    """Take from each window's output, shape (frames, classes), the range that is kept."""
    for window, frames in outputs:
        yield frames[window.first : window.end]
