"""Audio decoding under a budget: any audio file in, a mono 16 kHz waveform out.

Decoding, down-mixing and resampling go block by block, so `stream` holds one block however long
the audio is, and `decode` holds the waveform itself and little more. Only decoded samples count
against the budget; durations stated in headers are ignored.
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

from asr.audio import readers
from asr.errors import EmptyAudioError, TooLargeError, TooLongError
from asr.types import Samples

SAMPLE_RATE = 16_000  # Hz, the input of every model
MAX_SPOOLED_BYTES = 256 * 1024 * 1024  # encoded bytes of a source that cannot seek, in memory
SPOOL_CHUNK_BYTES = 1024 * 1024

# The content, the path or an open file of encoded audio.
AudioSource = bytes | str | Path | BinaryIO


@dataclass(frozen=True)
class Budget:
    """Limits of decoding one source.

    Attributes
    ----------
    max_seconds : float
        Decoded audio, regardless of the header.
    max_decoded_bytes : int
        Waveform held in memory by `decode`, as float32 at 16 kHz mono.
    """

    max_seconds: float
    max_decoded_bytes: int = 512 * 1024 * 1024  # 2.3 hours


DEFAULT_BUDGET = Budget(max_seconds=4 * 3600.0)


@dataclass(frozen=True, eq=False)
class Waveform:
    """Decoded audio.

    Attributes
    ----------
    samples : array, shape (samples,)
        In [-1, 1], mono, at 16 kHz.
    """

    samples: Samples

    @property
    def seconds(self) -> float:
        """Duration of the audio."""
        return len(self.samples) / SAMPLE_RATE


def decode(source: AudioSource, budget: Budget = DEFAULT_BUDGET) -> Waveform:
    """Decode a whole source into memory.

    Parameters
    ----------
    source : bytes, str, Path or BinaryIO
        As for `stream`.
    budget : Budget
        Both limits apply.

    Returns
    -------
    Waveform
        One sample or more.

    Raises
    ------
    TooLargeError
        If the waveform would exceed `budget.max_decoded_bytes`.
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


def stream(source: AudioSource, budget: Budget = DEFAULT_BUDGET) -> Generator[Samples, None, None]:
    """Decode a source block by block, holding one block at a time.

    The format is detected from the bytes, never from a name. Of a truncated or damaged file,
    everything decodable is returned and the rest skipped; only an undecodable file is an error.

    Parameters
    ----------
    source : bytes, str, Path or BinaryIO
        The content, the path or an open file of encoded audio. A `BinaryIO` that can seek is read
        from its beginning and left open; of one that cannot, up to `MAX_SPOOLED_BYTES` are held in
        memory.
    budget : Budget
        `max_seconds` applies; `max_decoded_bytes` is for `decode`.

    Yields
    ------
    array, shape (samples,)
        In [-1, 1], mono, at 16 kHz, in order and without gaps; never empty.

    Raises
    ------
    EmptyAudioError
        If there are no bytes, or an audio file without samples.
    TooLargeError
        If a source that cannot seek is longer than `MAX_SPOOLED_BYTES`.
    TooLongError
        As soon as more than `budget.max_seconds` are decoded.
    UnsupportedAudioError
        If the format, the sample rate or the number of channels is not supported.
    """
    decoded = 0  # samples
    with _opened(source) as file, closing(readers.read_blocks(file)) as blocks:
        for rate, run in groupby(blocks, key=attrgetter("rate")):
            for samples in filter(len, _resampled(map(_mono, run), rate)):
                decoded += len(samples)
                if decoded > budget.max_seconds * SAMPLE_RATE:
                    raise TooLongError(f"The audio is longer than {budget.max_seconds:g} seconds.")
                yield samples
    if not decoded:
        raise EmptyAudioError("The audio holds no samples.")


def header_duration(source: AudioSource) -> float | None:
    """Duration in seconds as stated by the header; nothing is decoded.

    Parameters
    ----------
    source : bytes, str, Path or BinaryIO
        A `BinaryIO` has to support seeking.

    Returns
    -------
    float or None
        None if the header has no duration, or the bytes are not audio. Only a hint: headers may be
        wrong.
    """
    with _opened(source) as file:
        return readers.header_duration(file)


@contextmanager
def _opened(source: AudioSource) -> Iterator[BinaryIO]:
    """Open a source as a seekable file; close it only if it was opened here."""
    if isinstance(source, bytes):
        yield BytesIO(source)
    elif isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            yield file
    elif source.seekable():
        yield source
    else:
        yield _spooled(source)


def _spooled(source: BinaryIO) -> BytesIO:
    """Copy a source that cannot seek to memory, in chunks, as it may be endless."""
    spool = BytesIO()
    while chunk := source.read(SPOOL_CHUNK_BYTES):
        spool.write(chunk)
        if spool.tell() > MAX_SPOOLED_BYTES:
            raise TooLargeError(f"The audio has more than {MAX_SPOOLED_BYTES:,} bytes.")
    return spool


def _mono(block: readers.AudioBlock) -> Samples:
    """Average the channels, with NaN and infinity replaced by silence.

    Parameters
    ----------
    block : AudioBlock
        Its frames are changed in place.

    Returns
    -------
    array, shape (frames,)
        In [-1, 1], at the rate of the block.
    """
    frames = np.nan_to_num(block.frames, copy=False, posinf=0.0, neginf=0.0)
    np.clip(frames, -1, 1, out=frames)  # before the sum: float files may hold 3e38
    mono = frames[:, 0]
    for channel in frames.T[1:]:  # adding columns is 15 times as fast as frames.mean(axis=1)
        mono += channel
    mono /= frames.shape[1]
    return np.ascontiguousarray(mono)


def _resampled(blocks: Iterator[Samples], rate: int) -> Iterator[Samples]:
    """Resample blocks of one rate to 16 kHz, band-limited; at 16 kHz they pass unchanged.

    The result is independent of the block boundaries, to the last bit.
    """
    if rate == SAMPLE_RATE:
        yield from blocks
        return
    resampler = soxr.ResampleStream(rate, SAMPLE_RATE, num_channels=1, quality="HQ")
    for block in blocks:
        yield np.clip(resampler.resample_chunk(block), -1, 1)
    yield np.clip(resampler.resample_chunk(np.empty(0, np.float32), last=True), -1, 1)
