"""Audio readers: the bytes of an audio file in, blocks of frames at its own rate out.

libsndfile reads PCM files, FLAC and Ogg; FFmpeg reads MP3, the formats of browsers and phones, and
files that libsndfile fails on.
"""

from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import BinaryIO

from asr.audio import sndfile
from asr.audio.block import AudioBlock, UnreadableError
from asr.audio.byte_source import ByteSource
from asr.errors import EmptyAudioError, UnsupportedAudioError

__all__ = ["AudioBlock", "header_duration", "read_blocks"]

# The first four bytes of the formats read by libsndfile: WAV in its variants (RIFX is big-endian,
# riff is Sony Wave64), AIFF, AU in both byte orders, CAF, NIST Sphere, Creative Voice, FLAC, Ogg.
# Not MP3: libmpg123 prints dozens of warnings per file to stderr, and stops at the duration of the
# first header, so of concatenated files only the first is decoded.
SNDFILE_SIGNATURES = frozenset(
    b"RIFF RIFX RF64 riff FORM .snd dns. caff NIST Crea fLaC OggS".split()
)


def read_blocks(file: BinaryIO) -> Generator[AudioBlock, None, None]:
    """Decode a file from its beginning to its end, or to where the last reader fails.

    Parameters
    ----------
    file : BinaryIO
        Seekable; is left open.

    Yields
    ------
    AudioBlock
        Rate and channels may change from one block to the next.

    Raises
    ------
    EmptyAudioError
        If there are no bytes.
    UnsupportedAudioError
        If no reader supports the format, or none decodes a sample of a damaged file, or the rate or
        the number of channels is not supported.
    Exception
        Any exception of `file.read`, such as OSError: a failed read is neither a fault of the
        audio nor its end.
    """
    source = ByteSource(file)
    try:
        yield from _decode_with_fallback(source)
    finally:
        if source.failure is not None:
            raise source.failure


def header_duration(file: BinaryIO) -> float | None:
    """Duration in seconds from the header, or None if it has none or the format is unsupported.

    Raises
    ------
    Exception
        Any exception of `file.read`, such as OSError.
    """
    source = ByteSource(file)
    signature = _signature(source)
    try:
        if signature in SNDFILE_SIGNATURES:
            return sndfile.header_duration(source)
        return _ffmpeg_header_duration(source) if signature else None
    except UnreadableError:
        return None
    finally:
        if source.failure is not None:
            raise source.failure


def _decode_with_fallback(source: ByteSource) -> Iterator[AudioBlock]:
    """Decode with each reader in turn, each from the position where the one before failed."""
    seconds = 0.0  # decoded so far
    supported = False
    for read in _candidate_readers(source):
        source.seek(0)
        try:
            for block in _skip(seconds, read(source)):
                yield block
                seconds += len(block.frames) / block.rate
        except UnreadableError:
            continue
        supported = True
        if seconds:
            return
    if not supported and not seconds:
        raise UnsupportedAudioError(
            "The bytes are not audio in a supported format (WAV, FLAC, Ogg, MP3, WebM, MP4 and "
            "similar), or are damaged from the start."
        )


def _candidate_readers(source: ByteSource) -> list[Callable[[ByteSource], Iterator[AudioBlock]]]:
    """Readers to try, in order, chosen by the first bytes."""
    signature = _signature(source)
    if not signature:
        raise EmptyAudioError("The audio is empty: 0 bytes.")
    if signature in SNDFILE_SIGNATURES:
        return [sndfile.read_blocks, _ffmpeg_blocks]
    if signature.startswith(b"ID3"):  # FFmpeg does not detect the format of the shortest of these
        return [_ffmpeg_blocks, partial(_ffmpeg_blocks, demuxer="mp3")]
    return [_ffmpeg_blocks]


def _signature(source: ByteSource) -> bytes:
    """The first four bytes, or fewer; the position is then at the beginning."""
    source.seek(0)
    signature = source.read(4)
    source.seek(0)
    return signature


def _ffmpeg_blocks(source: ByteSource, demuxer: str | None = None) -> Iterator[AudioBlock]:
    # Imported here: WAV, FLAC and Ogg do not need these 100 MB of libraries.
    from asr.audio import ffmpeg  # noqa: PLC0415

    return ffmpeg.read_blocks(source, demuxer)


def _ffmpeg_header_duration(source: ByteSource) -> float | None:
    from asr.audio import ffmpeg  # noqa: PLC0415

    return ffmpeg.header_duration(source)


def _skip(seconds: float, blocks: Iterator[AudioBlock]) -> Iterator[AudioBlock]:
    """Drop the first seconds of a stream of blocks."""
    for block in blocks:
        dropped = min(round(seconds * block.rate), len(block.frames))
        seconds -= dropped / block.rate
        if dropped < len(block.frames):
            yield AudioBlock(block.frames[dropped:], block.rate)
