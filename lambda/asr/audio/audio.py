"""Audio decoding under a budget: any audio file in, a mono 16 kHz waveform out.

Decoding, down-mixing and resampling go block by block, so `stream` holds one block however long
the audio is, and `decode` holds the waveform itself and little more. Only decoded samples count
against the budget; durations stated in headers are ignored.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, groupby

import numpy as np

from asr.audio import header, readers
from asr.audio.block import AudioBlock
from asr.audio.downmix import downmix
from asr.audio.level import LevelCheck, fit_to_full_scale
from asr.audio.resampling import SAMPLE_RATE, resampled
from asr.audio.source import AudioSource, open_source
from asr.audio.timeline import Timeline
from asr.audio_warnings import AudioWarning, WarningLog
from asr.errors import EmptyAudioError, TooLargeError, TooLongError
from asr.types import Channels, Samples

__all__ = [
    "DEFAULT_BUDGET",
    "SAMPLE_RATE",
    "AudioSource",
    "Budget",
    "Waveform",
    "decode",
    "header_duration",
    "stream",
    "stream_channels",
]


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
    warnings : tuple of AudioWarning
        What could not be read as it is.
    """

    samples: Samples
    warnings: tuple[AudioWarning, ...] = ()

    @property
    def seconds(self) -> float:
        """Duration of the audio."""
        return len(self.samples) / SAMPLE_RATE


def decode(
    source: AudioSource, budget: Budget = DEFAULT_BUDGET, track: int | None = None
) -> Waveform:
    """Decode a whole source into memory; louder than full scale, it is scaled down.

    Parameters
    ----------
    source : bytes, str, Path or BinaryIO
        As for `stream`.
    budget : Budget
        Both limits apply.
    track : int, optional
        As for `stream`.

    Returns
    -------
    Waveform
        One sample or more.

    Raises
    ------
    TooLargeError
        If the waveform would exceed `budget.max_decoded_bytes`.
    AsrError
        As for `stream`.
    """
    log = WarningLog()
    waveform = bytearray()  # grows in place: joining a list of blocks would hold everything twice
    with closing(stream(source, budget, log, track)) as blocks:
        for samples in blocks:
            if len(waveform) + samples.nbytes > budget.max_decoded_bytes:
                raise TooLargeError(
                    f"The audio decodes to more than {budget.max_decoded_bytes:,} bytes."
                )
            waveform += samples.data
    return Waveform(fit_to_full_scale(np.frombuffer(waveform, np.float32)), tuple(log))


def stream(
    source: AudioSource,
    budget: Budget = DEFAULT_BUDGET,
    warnings: WarningLog | None = None,
    track: int | None = None,
) -> Generator[Samples, None, None]:
    """Decode a source block by block, holding one block at a time.

    The format is detected from the bytes, never from a name. Of a truncated or damaged file,
    everything decodable is returned and the rest skipped; only an undecodable file is an error.

    Parameters
    ----------
    source : bytes, str, Path or BinaryIO
        The content, the path or an open file of encoded audio. A `BinaryIO` that can seek is read
        from its beginning and left open; of one that cannot, up to `source.MAX_SPOOLED_BYTES` are
        held in memory.
    budget : Budget
        `max_seconds` applies; `max_decoded_bytes` is for `decode`.
    warnings : WarningLog, optional
        Gets what could not be read as it is; complete after the last block.
    track : int, optional
        Number of the sound track, from 1; by default the best (`tracks.choose_track`).

    Yields
    ------
    array, shape (samples,)
        Mono, at 16 kHz, in order and without gaps; finite and never empty. Full scale is 1, but
        float files may exceed it: they pass as they are, because a gain that changes within a
        recording distorts it, and its peak is known at its end only.

    Raises
    ------
    EmptyAudioError
        If there are no bytes, or an audio file without samples.
    MalformedRequestError
        If there is no track of this number.
    TooLargeError
        If a source that cannot seek is too long to be held in memory.
    TooLongError
        As soon as more than `budget.max_seconds` are decoded.
    UnsupportedAudioError
        If the format, the codec, the sample rate or the number of channels is not supported, or a
        video has no sound.
    """
    log = WarningLog() if warnings is None else warnings
    with closing(_placed(source, budget, log, track)) as blocks:
        mono = (
            resampled(downmix(run, log), rate) for (rate, _), run in groupby(blocks, key=_format)
        )
        yield from _within(budget, chain.from_iterable(mono))


def stream_channels(
    source: AudioSource,
    budget: Budget = DEFAULT_BUDGET,
    warnings: WarningLog | None = None,
    track: int | None = None,
) -> Generator[Channels, None, None]:
    """Decode a source as `stream` does, but keep its channels.

    Yields
    ------
    array, shape (samples, channels)
        At 16 kHz, in order and without gaps; never empty. The number of channels can change within
        a file of several parts.

    Raises
    ------
    AsrError
        As for `stream`.
    """
    log = WarningLog() if warnings is None else warnings
    with closing(_placed(source, budget, log, track)) as blocks:
        channels = (
            resampled((block.frames for block in run), rate)
            for (rate, _), run in groupby(blocks, key=_format)
        )
        yield from _within(budget, chain.from_iterable(channels))


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
    with open_source(source) as file:
        return header.header_duration(file)


def _placed(
    source: AudioSource, budget: Budget, warnings: WarningLog, track: int | None
) -> Generator[AudioBlock, None, None]:
    """Blocks of a source with finite samples, without gaps, at its own rates and channels."""
    with open_source(source) as file:
        timeline = Timeline(budget.max_seconds, warnings)
        levels = LevelCheck(warnings)
        with closing(readers.read_parts(file, warnings, track)) as parts:
            for part in parts:
                yield from levels.checked(timeline.place(part))
        levels.report()


def _within(budget: Budget, blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Blocks that are not empty, up to the duration of the budget."""
    decoded = 0  # samples
    for samples in filter(len, blocks):
        decoded += len(samples)
        if decoded > budget.max_seconds * SAMPLE_RATE:
            raise TooLongError(f"The audio is longer than {budget.max_seconds:g} seconds.")
        yield samples
    if not decoded:
        raise EmptyAudioError("The audio holds no samples.")


def _format(block: AudioBlock) -> tuple[int, int]:
    return block.rate, block.frames.shape[1]
