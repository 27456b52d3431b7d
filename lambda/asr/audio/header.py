"""Duration of a file by its header, before anything is decoded."""

from io import SEEK_END
from typing import BinaryIO

from asr.audio import flac, mp4, parts, riff, sndfile
from asr.audio.block import UnreadableError
from asr.audio.byte_source import ByteSource
from asr.audio.part import Part, read_at
from asr.audio.signatures import SNDFILE_SIGNATURES
from asr.errors import UnsupportedAudioError


def header_duration(file: BinaryIO) -> float | None:
    """Duration in seconds from the header, or None if it has none or the format is unsupported.

    Of several files in one, it is that of the first.

    Raises
    ------
    Exception
        Any exception of `file.read`, such as OSError.
    """
    source = ByteSource(file)
    try:
        return _header_duration(source, source.seek(0, SEEK_END))
    except (UnreadableError, UnsupportedAudioError):
        return None
    finally:
        if source.failure is not None:
            raise source.failure


def _header_duration(source: ByteSource, size: int) -> float | None:
    """As `header_duration`; raises UnreadableError or UnsupportedAudioError instead of None."""
    start = parts.content_start(source, 0, size)
    part = Part(start, size)
    head = read_at(source, start, 12)
    if not head:
        return None
    if flac.is_flac(head):
        return flac.header_seconds(read_at(source, start, flac.HEADER_BYTES)) or None
    if head[:4] in riff.FORMS and (wav := riff.read_wav(source, start, size)):
        return sndfile.header_duration(wav.part.open(source))
    if head[:4] in SNDFILE_SIGNATURES:
        return sndfile.header_duration(part.open(source))
    if mp4.is_mp4(source, start):
        mp4.find_movies(source, start, size)
    return _ffmpeg_header_duration(part.open(source))


def _ffmpeg_header_duration(source: ByteSource) -> float | None:
    from asr.audio import ffmpeg  # noqa: PLC0415

    return ffmpeg.header_duration(source)
