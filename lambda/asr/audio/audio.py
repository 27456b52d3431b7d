"""Bytes of any audio file in, a mono 16 kHz waveform out, under a budget.

Decoding, down-mixing and resampling go block by block, so `stream` holds one block however long
the audio is and `decode` holds the waveform itself and little more. Only what really comes out
counts against the budget: a header that lies gains nothing.
"""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soxr
from numpy.typing import NDArray

from asr.audio import readers
from asr.errors import EmptyAudioError, TooLargeError, TooLongError

SAMPLE_RATE = 16_000  # Hz, what every model of ours is fed
MAX_SPOOLED_BYTES = 256 * 1024 * 1024  # encoded, held in memory of a source that cannot seek
SPOOL_CHUNK_BYTES = 1024 * 1024

Source = bytes | Path | BinaryIO


@dataclass(frozen=True)
class Budget:
    """How much audio one source may decode to.

    Attributes
    ----------
    max_seconds : float
        Of audio that really comes out, whatever the header says.
    max_decoded_bytes : int
        Of waveform that `decode` holds in memory, as float32 at 16 kHz mono.
    """

    max_seconds: float
    max_decoded_bytes: int = 512 * 1024 * 1024  # 2.3 hours


@dataclass(frozen=True, eq=False)
class Waveform:
    """Decoded audio.

    Attributes
    ----------
    samples : NDArray[float32], shape (samples,)
        In [-1, 1], mono, at 16 kHz.
    """

    samples: NDArray[np.float32]

    @property
    def seconds(self) -> float:
        """Duration of the audio."""
        return len(self.samples) / SAMPLE_RATE


def decode(source: Source, budget: Budget) -> Waveform:
    """Decode a whole source into memory.

    Parameters
    ----------
    source : bytes, Path or BinaryIO
        As for `stream`.
    budget : Budget
        Both of its limits hold.

    Returns
    -------
    Waveform
        Of one sample at least.

    Raises
    ------
    TooLargeError
        If the waveform would pass `budget.max_decoded_bytes`.
    EmptyAudioError, TooLongError, UnsupportedAudioError
        As for `stream`.
    """
    waveform = bytearray()  # grows in place: joining a list of blocks would hold everything twice
    with closing(stream(source, budget)) as blocks:
        for samples in blocks:
            if len(waveform) + samples.nbytes > budget.max_decoded_bytes:
                raise TooLargeError(
                    f"The audio decodes to more than {budget.max_decoded_bytes:,} bytes."
                )
            waveform += samples.data
    return Waveform(np.frombuffer(waveform, np.float32))


def stream(source: Source, budget: Budget) -> Generator[NDArray[np.float32], None, None]:
    """Decode a source block by block, holding one block at a time.

    The bytes decide what the format is, never a name. Of a file that is cut short or damaged, what
    can be decoded is given and the rest passed over in silence; it is an error only if nothing can.

    Parameters
    ----------
    source : bytes, Path or BinaryIO
        An encoded file. A `BinaryIO` that can seek is read from its beginning and left open; of one
        that cannot, up to `MAX_SPOOLED_BYTES` are held in memory.
    budget : Budget
        `max_seconds` holds here; `max_decoded_bytes` is for `decode`.

    Yields
    ------
    NDArray[float32], shape (samples,)
        In [-1, 1], mono, at 16 kHz, in order and without gaps; never empty.

    Raises
    ------
    EmptyAudioError
        If there are no bytes, or a sound file without samples.
    TooLargeError
        If a source that cannot seek is longer than `MAX_SPOOLED_BYTES`.
    TooLongError
        As soon as more than `budget.max_seconds` have come out.
    UnsupportedAudioError
        If the bytes are not audio, or have another rate or more channels than is supported.
    """
    decoded = 0  # samples
    with _opened(source) as file, closing(readers.blocks(file)) as blocks:
        for rate, run in groupby(blocks, key=attrgetter("rate")):
            for samples in filter(len, _resampled(map(_mono, run), rate)):
                decoded += len(samples)
                if decoded > budget.max_seconds * SAMPLE_RATE:
                    raise TooLongError(f"The audio is longer than {budget.max_seconds:g} seconds.")
                yield samples
    if not decoded:
        raise EmptyAudioError("The audio holds no samples.")


def announced_seconds(source: Source) -> float | None:
    """How long a source's header says that it is; nothing is decoded.

    Parameters
    ----------
    source : bytes, Path or BinaryIO
        A `BinaryIO` has to seek.

    Returns
    -------
    float or None
        None where no header says so, or the bytes are no audio. Only a hint: headers lie.
    """
    with _opened(source) as file:
        return readers.announced_seconds(file)


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    """Give a file that can seek; close it only if it was opened here."""
    if isinstance(source, bytes):
        yield BytesIO(source)
    elif isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    elif source.seekable():
        yield source
    else:
        yield _spooled(source)


def _spooled(source: BinaryIO) -> BytesIO:
    """Read all of a source that cannot seek, in chunks, since it may never end."""
    spool = BytesIO()
    while chunk := source.read(SPOOL_CHUNK_BYTES):
        spool.write(chunk)
        if spool.tell() > MAX_SPOOLED_BYTES:
            raise TooLargeError(f"The audio has more than {MAX_SPOOLED_BYTES:,} bytes.")
    return spool


def _mono(block: readers.Block) -> NDArray[np.float32]:
    """Take the mean of the channels, with what is not a number as silence.

    Parameters
    ----------
    block : Block
        Its frames are changed in place.

    Returns
    -------
    NDArray[float32], shape (frames,)
        In [-1, 1], at the rate of the block.
    """
    frames = np.nan_to_num(block.frames, copy=False, posinf=0.0, neginf=0.0)
    np.clip(frames, -1, 1, out=frames)  # before the sum: float files may hold 3e38
    mono = frames[:, 0]
    for channel in frames.T[1:]:  # adding columns is 15 times as fast as frames.mean(axis=1)
        mono += channel
    mono /= frames.shape[1]
    return np.ascontiguousarray(mono)


def _resampled(blocks: Iterator[NDArray[np.float32]], rate: int) -> Iterator[NDArray[np.float32]]:
    """Bring blocks of one rate to 16 kHz, band-limited; at 16 kHz they pass untouched.

    The result does not depend on where the blocks are cut, to the last bit.
    """
    if rate == SAMPLE_RATE:
        yield from blocks
        return
    resampler = soxr.ResampleStream(rate, SAMPLE_RATE, num_channels=1, quality="HQ")
    for block in blocks:
        yield np.clip(resampler.resample_chunk(block), -1, 1)
    yield np.clip(resampler.resample_chunk(np.empty(0, np.float32), last=True), -1, 1)
