"""Windows over long audio, and their output stitched back into one sequence of frames.

A recurrent or attending network cannot be fed hours at once. Neighbouring windows share an
overlap, and each frame of it is taken from the window in which it lies deepest, so that every
frame kept has at least half the overlap as context on either side.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Plan:
    """How audio is cut.

    Attributes
    ----------
    frame : int
        Samples to a frame of output.
    window : int
        Frames to a full window.
    overlap : int
        Frames that two neighbours share; even, and less than `window`.
    """

    frame: int
    window: int
    overlap: int

    @staticmethod
    def from_seconds(
        window_seconds: float, overlap_seconds: float, frame_seconds: float, sample_rate: int
    ) -> "Plan":
        """The plan nearest to these durations that falls on whole frames."""
        overlap = 2 * round(overlap_seconds / frame_seconds / 2)
        window = max(round(window_seconds / frame_seconds), overlap + 1)
        return Plan(round(frame_seconds * sample_rate), window, overlap)

    @property
    def hop(self) -> int:
        """Frames from the start of one window to the start of the next."""
        return self.window - self.overlap


@dataclass(frozen=True, eq=False)
class Window:
    """A piece of audio, shape (samples,), and which of its frames are kept: [first, end).

    `end` is None in the last window, which keeps all to its end.
    """

    samples: Floats
    first: int
    end: int | None


def windows(blocks: Iterable[Floats], plan: Plan) -> Iterator[Window]:
    """Cut a waveform that comes in `blocks` of any length; holds one window at a time.

    Audio of up to one window stays whole. No audio gives no window.
    """
    margin = plan.overlap // 2
    size, hop = plan.window * plan.frame, plan.hop * plan.frame
    first = 0
    pending: list[Floats] = []
    length = 0
    for block in blocks:
        pending.append(block)
        length += len(block)
        while length > size:  # a full window, and something after it
            joined = np.concatenate(pending)
            yield Window(joined[:size], first, plan.hop + margin)
            first = margin
            pending, length = [joined[hop:]], length - hop
    if length:
        yield Window(np.concatenate(pending), first, None)


def stitch(outputs: Iterable[tuple[Window, Floats]]) -> Iterator[Floats]:
    """Keep of each window's output, shape (frames, classes), the frames that are its own."""
    for window, frames in outputs:
        yield frames[window.first : window.end]
