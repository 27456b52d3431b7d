"""The bytes of a sound file in, blocks of frames at its own rate out.

libsndfile reads PCM files, FLAC and Ogg; FFmpeg reads MP3, what browsers and phones record, and
what libsndfile gives up on.
"""

from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import BinaryIO

from asr.audio import sndfile
from asr.audio.block import Block, UnreadableError
from asr.audio.byte_source import Contents
from asr.errors import EmptyAudioError, UnsupportedAudioError

__all__ = ["Block", "announced_seconds", "blocks"]

# The first four bytes of what libsndfile is given: WAV in its variants (RIFX is big-endian, riff
# is Sony Wave64), AIFF, AU in both byte orders, CAF, NIST Sphere, Creative Voice, FLAC, Ogg. Not
# MP3: libmpg123 writes its complaints to stderr, dozens for a sound file, and stops where the
# first header says, so of files that were joined only the first comes out.
SNDFILE_SIGNATURES = frozenset(
    b"RIFF RIFX RF64 riff FORM .snd dns. caff NIST Crea fLaC OggS".split()
)


def blocks(file: BinaryIO) -> Generator[Block, None, None]:
    """Decode a file from its beginning to its end, or to where the last reader gives up.

    Parameters
    ----------
    file : BinaryIO
        Can seek; is left open.

    Yields
    ------
    Block
        Rate and channels may change from one to the next.

    Raises
    ------
    EmptyAudioError
        If there are no bytes.
    UnsupportedAudioError
        If no reader understands the bytes, or none gets a sample out of a damaged file, or the
        rate or the number of channels is not supported.
    OSError, or what else the file raises
        If it cannot be read: that is no fault of the audio, nor its end.
    """
    contents = Contents(file)
    try:
        yield from _relay(contents)
    finally:
        if contents.failure is not None:
            raise contents.failure


def announced_seconds(file: BinaryIO) -> float | None:
    """How long the header says that a file is, as its first reader understands it.

    Raises
    ------
    OSError, or what else the file raises
        If it cannot be read.
    """
    contents = Contents(file)
    contents.seek(0)
    signature = contents.read(4)
    contents.seek(0)
    try:
        if signature in SNDFILE_SIGNATURES:
            return sndfile.announced_seconds(contents)
        return _ffmpeg_announces(contents) if signature else None
    except UnreadableError:
        return None
    finally:
        if contents.failure is not None:
            raise contents.failure


def _relay(contents: Contents) -> Iterator[Block]:
    """Let each reader go on where the one before it gave up."""
    seconds = 0.0  # given so far
    understood = False
    for read in _readers(contents):
        contents.seek(0)
        try:
            for block in _after(seconds, read(contents)):
                yield block
                seconds += len(block.frames) / block.rate
        except UnreadableError:
            continue
        understood = True
        if seconds:
            return
    if not understood and not seconds:
        raise UnsupportedAudioError(
            "The bytes are no audio that can be decoded: of another format than WAV, FLAC, Ogg, "
            "MP3, WebM, MP4 and their like, or damaged from the start."
        )


def _readers(contents: Contents) -> list[Callable[[Contents], Iterator[Block]]]:
    """Choose by the first bytes who is to try, and in which order."""
    contents.seek(0)
    signature = contents.read(4)
    if not signature:
        raise EmptyAudioError("There is no audio: not one byte.")
    if signature in SNDFILE_SIGNATURES:
        return [sndfile.blocks, _ffmpeg_blocks]
    if signature.startswith(b"ID3"):  # of the shortest of these, FFmpeg does not see what they are
        return [_ffmpeg_blocks, partial(_ffmpeg_blocks, demuxer="mp3")]
    return [_ffmpeg_blocks]


def _ffmpeg_blocks(contents: Contents, demuxer: str | None = None) -> Iterator[Block]:
    # Here, because WAV, FLAC and Ogg do without these 100 MB of libraries.
    from asr.audio import ffmpeg  # noqa: PLC0415

    return ffmpeg.blocks(contents, demuxer)


def _ffmpeg_announces(contents: Contents) -> float | None:
    from asr.audio import ffmpeg  # noqa: PLC0415

    return ffmpeg.announced_seconds(contents)


def _after(seconds: float, blocks: Iterator[Block]) -> Iterator[Block]:
    """Drop the first seconds of what a reader gives."""
    for block in blocks:
        dropped = min(round(seconds * block.rate), len(block.frames))
        seconds -= dropped / block.rate
        if dropped < len(block.frames):
            yield Block(block.frames[dropped:], block.rate)
