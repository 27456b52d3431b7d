"""What every reader of sound files gives, and the rates and channels that are supported."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr.errors import UnsupportedAudioError

BLOCK_SAMPLES = 65_536  # over all channels: 256 KiB of float32, 4 s of 16 kHz mono
MIN_RATE, MAX_RATE = 8_000, 192_000  # Hz
MAX_CHANNELS = 8


class UnreadableError(Exception):
    """A reader does not understand the file, or not from here on; another one may."""


@dataclass(frozen=True, eq=False)
class Block:
    """A stretch of decoded audio.

    Attributes
    ----------
    frames : NDArray[float32], shape (frames, channels)
        `BLOCK_SAMPLES` at most. Full scale is 1, but files of floats may hold anything, NaN too.
    rate : int
        Frames per second.
    """

    frames: NDArray[np.float32]
    rate: int


def check_supported(rate: int, channels: int) -> None:
    """Raise UnsupportedAudioError, naming value and range, unless both are within the limits."""
    if not MIN_RATE <= rate <= MAX_RATE:
        raise UnsupportedAudioError(
            f"The audio has a sample rate of {rate:,} Hz; "
            f"from {MIN_RATE:,} to {MAX_RATE:,} Hz are supported."
        )
    if not 1 <= channels <= MAX_CHANNELS:
        raise UnsupportedAudioError(
            f"The audio has {channels} channels; from 1 to {MAX_CHANNELS} are supported."
        )
