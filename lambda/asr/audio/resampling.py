"""Resampling of a stream of blocks to the rate of the models."""

from collections.abc import Iterable, Iterator

import numpy as np
import soxr

from asr.types import Samples

SAMPLE_RATE = 16_000  # Hz, the input of every model


def resampled(blocks: Iterable[Samples], rate: int) -> Iterator[Samples]:
    """Resample blocks of one rate to `SAMPLE_RATE`, band-limited; at that rate they pass unchanged.

    The result is independent of the block boundaries, to the last bit.

    Parameters
    ----------
    blocks : iterable of arrays, shape (frames,) or (frames, channels)
        All of one shape but for the frames.
    rate : int
        Frames per second.

    Yields
    ------
    array, shape (samples,) or (samples, channels)
        May be empty.
    """
    if rate == SAMPLE_RATE:
        yield from blocks
        return
    resampler = None
    for block in blocks:
        if resampler is None:
            channels = 1 if block.ndim == 1 else block.shape[1]
            resampler = soxr.ResampleStream(rate, SAMPLE_RATE, num_channels=channels, quality="HQ")
            rest = np.empty((0, *block.shape[1:]), np.float32)
        yield resampler.resample_chunk(block)
    if resampler is not None:
        yield resampler.resample_chunk(rest, last=True)
