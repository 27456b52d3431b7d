"""Blocks of decoded audio, and the supported sample rates and channel counts."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr.errors import UnsupportedAudioError
from asr.types import Samples

BLOCK_SAMPLES = 65_536  # over all channels: 256 KiB of float32, 4 s of 16 kHz mono
MIN_RATE, MAX_RATE = 8_000, 192_000  # Hz
MAX_CHANNELS = 8


class UnreadableError(Exception):
    """A reader cannot decode the file, or its remainder; another reader may be able to."""


@dataclass(frozen=True, eq=False)
class AudioBlock:
    """A section of decoded audio, not yet down-mixed or resampled.

    Attributes
    ----------
    frames : NDArray[float32], shape (frames, channels)
        At most `BLOCK_SAMPLES`. Full scale is 1, but float files may hold any value, NaN included.
    rate : int
        Frames per second.
    start : float or None
        Time of the first frame in seconds from the beginning of the file; None if it follows on
        the block before.
    """

    frames: NDArray[np.float32]
    rate: int
    start: float | None = None


class BlockMeter:
    """Counts the samples of a stream of blocks, and the seconds spent on producing them.

    Attributes
    ----------
    samples : int
    elapsed : float
        Seconds.
    """

    def __init__(self, blocks: Iterable[Samples]) -> None:
        self.samples = 0
        self.elapsed = 0.0
        self._blocks = iter(blocks)

    def blocks(self) -> Iterator[Samples]:
        """The blocks, unchanged."""
        while True:
            started = time.perf_counter()
            block = next(self._blocks, None)
            self.elapsed += time.perf_counter() - started
            if block is None:
                return
            self.samples += len(block)
            yield block


def check_supported(rate: int, channels: int) -> None:
    """Check a sample rate in Hz and a number of channels.

    Raises
    ------
    UnsupportedAudioError
        If one is out of range; the message has the value and the range.
    """
    if not MIN_RATE <= rate <= MAX_RATE:
        raise UnsupportedAudioError(
            f"The audio has a sample rate of {rate:,} Hz; "
            f"from {MIN_RATE:,} to {MAX_RATE:,} Hz are supported."
        )
    if not 1 <= channels <= MAX_CHANNELS:
        raise UnsupportedAudioError(
            f"The audio has {channels} channels; from 1 to {MAX_CHANNELS} are supported."
        )
