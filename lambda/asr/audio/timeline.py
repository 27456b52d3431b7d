"""The timeline of a stream: blocks placed at their presentation times.

Readers give the time at which a run of frames begins. A word's time has to be its time in the
player that shows the file, so a late start and gaps become silence, and overlaps are cut.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from asr.audio.block import BLOCK_SAMPLES, AudioBlock
from asr.audio_warnings import WarningLog

# Timestamps are rounded, to 1 ms in Matroska, and recorders stamp by clocks that jitter. FFmpeg's
# resampler has the same limit (`min_hard_comp`).
TOLERANCE_SECONDS = 0.1
# Timestamps that go back further begin anew, as in concatenated files; they are no overlap.
MAX_OVERLAP_SECONDS = 2.0


@dataclass
class Timeline:
    """Places the blocks of a source one after the other, without gaps or overlaps.

    Attributes
    ----------
    max_seconds : float
        A gap that would end after it is not filled: timestamps may be wrong by years.
    warnings : WarningLog
    position : float
        Seconds that were placed.
    """

    max_seconds: float
    warnings: WarningLog
    position: float = 0.0
    _gaps: list[float] = field(default_factory=list)

    def place(self, blocks: Iterable[AudioBlock]) -> Iterator[AudioBlock]:
        """Place the blocks of one part of a file, whose times count from its beginning.

        Parameters
        ----------
        blocks : iterable of AudioBlock
            A block without a `start` continues the one before.

        Yields
        ------
        AudioBlock
            Without `start`, and never empty.
        """
        origin = self.position
        is_first = True
        for block in blocks:
            lag = 0.0 if block.start is None else origin + block.start - self.position
            if lag > (0 if is_first else TOLERANCE_SECONDS):
                if self.position + lag > self.max_seconds:
                    origin -= lag
                    self._log_gap(lag, filled=False)
                else:
                    if self.position > 0 and lag > TOLERANCE_SECONDS:
                        self._log_gap(lag, filled=True)
                    yield from self._silence(lag, block)
            elif -MAX_OVERLAP_SECONDS <= lag < -TOLERANCE_SECONDS and not is_first:
                block = _without_start(block, -lag)  # noqa: PLW2901
            elif lag < 0:
                origin -= lag
            is_first = False
            if len(block.frames):
                self.position += len(block.frames) / block.rate
                yield replace(block, start=None)

    def _silence(self, seconds: float, block: AudioBlock) -> Iterator[AudioBlock]:
        """Silence before a block, of its rate and channels."""
        channels = block.frames.shape[1]
        missing = round(seconds * block.rate)
        while missing > 0:
            frames = np.zeros((min(missing, BLOCK_SAMPLES // channels), channels), np.float32)
            missing -= len(frames)
            self.position += len(frames) / block.rate
            yield AudioBlock(frames, block.rate)

    def _log_gap(self, seconds: float, *, filled: bool) -> None:
        self._gaps.append(seconds)
        outcome = "filled with silence" if filled else "left out, because it is too long"
        count = "a gap" if len(self._gaps) == 1 else f"{len(self._gaps)} gaps"
        self.warnings.add(
            "gap",
            f"The timestamps have {count} of {sum(self._gaps):,.1f} s in all; the last, at "
            f"{self.position:.1f} s, was {outcome}.",
        )


def _without_start(block: AudioBlock, seconds: float) -> AudioBlock:
    return replace(block, frames=block.frames[round(seconds * block.rate) :])
