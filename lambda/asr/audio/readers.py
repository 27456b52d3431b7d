"""Audio readers: the bytes of an audio file in, blocks of frames at its own rate out.

libsndfile reads PCM files and FLAC; FFmpeg reads Ogg, MP3, the formats of browsers and phones, and
files that libsndfile fails on; libsndfile those on which FFmpeg fails.
"""

from collections.abc import Callable, Generator, Iterator
from functools import partial
from io import SEEK_END
from typing import BinaryIO

from asr.audio import ogg, parts, sndfile
from asr.audio.block import AudioBlock, UnreadableError
from asr.audio.byte_source import ByteSource
from asr.audio.id3 import ID3
from asr.audio.part import read_at
from asr.audio.parts import FilePart
from asr.audio.signatures import FFMPEG_FIRST
from asr.audio_warnings import WarningLog
from asr.errors import EmptyAudioError, MalformedRequestError, UnsupportedAudioError

MISSING_SECONDS = 0.1  # less than the header says, by which a file is truncated
UNSUPPORTED = (
    "The bytes are not audio in a supported format (WAV, FLAC, Ogg, MP3, WebM, MP4 and "
    "similar), or are damaged from the start."
)
APPLE_DOUBLE = (
    "The bytes are an AppleDouble file, in which macOS stores attributes of another file."
)

ReadBlocks = Callable[[ByteSource], Iterator[AudioBlock]]


def read_parts(
    file: BinaryIO, warnings: WarningLog, track: int | None = None
) -> Generator[Iterator[AudioBlock], None, None]:
    """Decode a file from its beginning to its end, or to where the last reader fails.

    Parameters
    ----------
    file : BinaryIO
        Seekable; is left open.
    warnings : WarningLog
    track : int, optional
        Number of the sound track from 1; chosen by default.

    Yields
    ------
    iterator of AudioBlock
        Of each part of the file; times count from the beginning of the part. Rate and channels may
        change from one block to the next.

    Raises
    ------
    EmptyAudioError
        If there are no bytes.
    UnsupportedAudioError
        If no reader supports the format, or none decodes a sample of a damaged file, or the rate or
        the number of channels is not supported.
    MalformedRequestError
        If there is no track of this number.
    Exception
        Any exception of `file.read`, such as OSError: a failed read is neither a fault of the
        audio nor its end.
    """
    source = ByteSource(file)
    try:
        size = source.seek(0, SEEK_END)
        if not read_at(source, 0, 1):
            raise EmptyAudioError("The audio is empty: 0 bytes.")
        reading = _PartReading(source, warnings, track)
        yield from map(reading.blocks, parts.find_parts(source, size, warnings))
        if reading.failed and not reading.supported:
            start = parts.find_junk_end(source, size)
            if start is not None:
                reading.unread = start
                yield from map(reading.blocks, parts.find_parts(source, size, warnings, start))
        if not reading.supported:
            is_apple_double = read_at(source, 0, 4) == parts.APPLE_DOUBLE
            raise UnsupportedAudioError(
                APPLE_DOUBLE if is_apple_double else reading.reason or UNSUPPORTED
            )
        reading.report(size)
    finally:
        if source.failure is not None:
            raise source.failure


class _PartReading:
    """Decodes the parts of a file, and remembers what became of them.

    Attributes
    ----------
    supported : bool
        Whether a reader supported the format of a part.
    failed : int
        Parts that no reader supported.
    reason : str
        Why not, of the first.
    unread : int
        Bytes in parts that no reader supported.
    """

    def __init__(self, source: ByteSource, warnings: WarningLog, track: int | None) -> None:
        self.supported = False
        self.failed = 0
        self.reason = ""
        self.unread = 0
        self._source = source
        self._warnings = warnings
        self._track = track

    def blocks(self, part: FilePart) -> Iterator[AudioBlock]:
        """Decode with each reader in turn, each from the position where the one before failed."""
        seconds = 0.0  # decoded so far
        supported = False
        for read in self._readers(part):
            try:
                for block in _skip(seconds, read(part.part.open(self._source))):
                    yield block
                    seconds += len(block.frames) / block.rate
            except UnreadableError as error:
                self.reason = self.reason or str(error)
                continue
            supported = True
            if seconds:
                break
        self.supported |= supported or seconds > 0
        if not supported and not seconds:
            self.failed += 1
            self.unread += part.part.end - part.part.start
        if seconds and seconds + MISSING_SECONDS < part.seconds:
            self._warnings.add(
                "truncated", f"{seconds:.1f} of the {part.seconds:,.1f} s in the header were found."
            )

    def report(self, size: int) -> None:
        """Warn of the parts that no reader supported, if others were read."""
        if self.unread and self.supported:
            detail = f"{self.unread:,} of {size:,} bytes are no supported audio."
            self._warnings.add("unread", detail)

    def _readers(self, part: FilePart) -> list[ReadBlocks]:
        """Readers to try, in order.

        Raises
        ------
        MalformedRequestError
            If there is no track of the number that was asked for.
        """
        if part.kind == "sndfile" and (self._track or 1) > 1:
            raise MalformedRequestError(f"track is {self._track}, but the file has 1 sound track")
        ffmpeg = partial(_ffmpeg_blocks, warnings=self._warnings, track=self._track)
        if part.kind == "sndfile":
            return [sndfile.read_blocks, ffmpeg]
        signature = read_at(part.part.open(self._source), 0, 4)
        if signature.startswith(ID3):
            # FFmpeg does not detect the format of the shortest of these.
            return [ffmpeg, partial(ffmpeg, demuxer="mp3")]
        if signature in {ogg.CAPTURE, *FFMPEG_FIRST}:
            return [ffmpeg, sndfile.read_blocks]
        return [ffmpeg]


def _ffmpeg_blocks(
    source: ByteSource, warnings: WarningLog, track: int | None, demuxer: str | None = None
) -> Iterator[AudioBlock]:
    # Imported here: WAV and FLAC do not need these 100 MB of libraries.
    from asr.audio import ffmpeg  # noqa: PLC0415

    return ffmpeg.read_blocks(source, warnings, track, demuxer)


def _skip(seconds: float, blocks: Iterator[AudioBlock]) -> Iterator[AudioBlock]:
    """Drop the first seconds of a stream of blocks."""
    for block in blocks:
        dropped = min(round(seconds * block.rate), len(block.frames))
        seconds -= dropped / block.rate
        if dropped < len(block.frames):
            start = None if block.start is None else block.start + dropped / block.rate
            yield AudioBlock(block.frames[dropped:], block.rate, start)
