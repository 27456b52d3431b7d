"""The parts of a file: what comes before the audio, files in one file, what comes after.

A tag before the header, a stale size or a second file in a file stop libraries, or make them end
early without an error. Each part is read by itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from asr.audio import declared_size, flac, mp4, ogg, riff, wav_tail
from asr.audio.byte_source import ByteSource
from asr.audio.id3 import skip_id3
from asr.audio.part import Part, find, read_at
from asr.audio.riff import WavPart
from asr.audio.signatures import FFMPEG_FIRST, SIGNATURES, SNDFILE_SIGNATURES, TRAILING_TAGS
from asr.audio_warnings import WarningLog

# Which reader is the first to try.
PartKind = Literal["sndfile", "ffmpeg"]

# Their headers state where they end. Not CAF, whose packet table may follow the samples.
SIZED = frozenset({b"FORM", b".snd", b"riff"})
MIN_FILE_BYTES = 64  # a smaller size is that of a header that was never completed
MATROSKA_TYPES = (b"webm", b"matroska")
APPLE_DOUBLE = b"\0\x05\x16\x07"
MIN_UNREAD_BYTES = 64  # fewer after the audio hold no words
JUNK_BYTES = 1024 * 1024  # searched for the beginning of a file, if there is none at the start


@dataclass(frozen=True)
class FilePart:
    """A part, the reader to try first, and the seconds that it should have, or 0."""

    part: Part
    kind: PartKind
    seconds: float = 0.0


def find_parts(
    source: ByteSource, size: int, warnings: WarningLog, start: int = 0
) -> Iterator[FilePart]:
    """The parts of a file, in order; one for most files.

    Parameters
    ----------
    source : ByteSource
    size : int
        Of the file, in bytes.
    warnings : WarningLog
        Gets `truncated` and `unread`.
    start : int
        Where to begin.

    Raises
    ------
    UnsupportedAudioError
        If the file is made to exhaust memory.
    """
    position: int | None = start
    while position is not None and position < size:
        position = content_start(source, position, size)
        head = read_at(source, position, 12)
        if head[:4] in riff.FORMS and (wav := riff.read_wav(source, position, size)):
            wav = wav_tail.with_tail(source, wav, size, warnings)
            yield FilePart(wav.part, "sndfile")
            position = _after_wav(source, wav, size, warnings)
        elif end := _declared_end(source, head, position, size):
            yield FilePart(Part(position, end), _sized_kind(head))
            position = _next_file(source, end, size, warnings)
        else:
            yield from _other_parts(source, head, Part(position, size), warnings)
            position = None


def _declared_end(source: ByteSource, head: bytes, start: int, size: int) -> int | None:
    """Where an AIFF, AU, CAF or Wave64 file ends, if other bytes follow."""
    if head[:4] not in SIZED:
        return None
    declared = declared_size.declared_size(Part(start, size).open(source), size - start)
    return start + declared if declared and MIN_FILE_BYTES < declared < size - start else None


def _sized_kind(head: bytes) -> PartKind:
    return "ffmpeg" if head[:4] in FFMPEG_FIRST else "sndfile"


def find_junk_end(source: ByteSource, size: int) -> int | None:
    """Offset of a file that begins after other bytes, or None."""
    signatures = [b"RIFF", b"fLaC", b"OggS\0\x02", declared_size.EBML, b"FORM", b"ftyp"]
    limit = min(size, JUNK_BYTES)
    found = [find(source, signature, 1, limit) for signature in signatures]
    if found[-1] is not None:
        found[-1] -= 4  # the size of the box comes first
    return min((offset for offset in found if offset is not None and offset > 0), default=None)


def content_start(source: ByteSource, position: int, size: int) -> int:
    """Skip ID3 tags before any format but MP3 and AAC, whose readers expect them."""
    after = skip_id3(source, position)
    head = read_at(source, after, 12)
    known = head[:4] in SIGNATURES or head[4:8] == b"ftyp"
    return after if after < size and known else position


def _other_parts(
    source: ByteSource, head: bytes, rest: Part, warnings: WarningLog
) -> Iterator[FilePart]:
    """The parts of a file that is not WAV."""
    if flac.is_flac(head):
        for part, seconds in flac.find_flacs(source, rest.start, rest.end):
            yield FilePart(part, "sndfile", seconds)
    elif head[:4] == ogg.CAPTURE:
        yield from _ogg_parts(source, rest, warnings)
    else:
        by_sndfile = head[:4] in SNDFILE_SIGNATURES - FFMPEG_FIRST
        for part in _containers(source, head, rest):
            _check_size(source, part, warnings)
            yield FilePart(part, "sndfile" if by_sndfile else "ffmpeg")


def _ogg_parts(source: ByteSource, rest: Part, warnings: WarningLog) -> Iterator[FilePart]:
    """The links of an Ogg file.

    libsndfile decodes Vorbis and Opus to the sample, but ignores timestamps. FFmpeg obeys them, but
    puts Vorbis a packet late, does not cut its end, and misreads some Opus of pure tones.
    """
    links = ogg.find_links(source, rest.start, rest.end)
    for link in links:
        yield FilePart(link.part, "sndfile" if link.is_plain else "ffmpeg")
    if links and links[-1].unfinished:
        warnings.add("truncated", "The Ogg file ends before its last page.")


def _containers(source: ByteSource, head: bytes, rest: Part) -> Iterable[Part]:
    """The movies of an MP4 file, the concatenated files of a Matroska file, or the whole."""
    if mp4.is_mp4(source, rest.start):
        return mp4.find_movies(source, rest.start, rest.end)
    return _matroskas(source, rest) if head[:4] == declared_size.EBML else [rest]


def _matroskas(source: ByteSource, rest: Part) -> Iterator[Part]:
    """The parts of concatenated Matroska or WebM files."""
    begin, search = rest.start, rest.start + 4
    while (found := find(source, declared_size.EBML, search, rest.end)) is not None:
        search = found + 4
        if any(name in read_at(source, found, 64) for name in MATROSKA_TYPES):
            yield Part(begin, found)
            begin = found
    yield Part(begin, rest.end)


def _check_size(source: ByteSource, part: Part, warnings: WarningLog) -> None:
    """Warn if a part is shorter than its header says."""
    actual = part.end - part.start
    declared = declared_size.declared_size(part.open(source), actual)
    if declared is not None and declared > actual:
        wav_tail.warn_truncated(warnings, declared, actual)


def _after_wav(source: ByteSource, wav: WavPart, size: int, warnings: WarningLog) -> int | None:
    """Offset of the file that follows a WAV file, or None; warns if the rest is no audio."""
    position = wav.part.end
    for name, length, body in riff.chunks(source, position + position % 2, size, "<"):
        if name in SIGNATURES or (body + length > size and name not in riff.KNOWN_CHUNKS):
            break
        position = min(body + length, size)
    return _next_file(source, position, size, warnings)


def _next_file(source: ByteSource, position: int, size: int, warnings: WarningLog) -> int | None:
    """Offset of the file that begins at the end of another one, or None; warns of other bytes."""
    after = skip_id3(source, position)
    for offset in (after, after + 1):  # perhaps after a byte of padding
        head = read_at(source, offset, 8)
        is_mpeg = len(head) > 1 and head[0] == 0xFF and head[1] >= 0xE0
        if head[:4] in SIGNATURES or head[4:] == b"ftyp" or is_mpeg:
            return offset
    rest = read_at(source, position, MIN_UNREAD_BYTES)
    if len(rest) == MIN_UNREAD_BYTES and any(rest) and not rest.startswith(TRAILING_TAGS):
        warnings.add("unread", f"{size - position:,} bytes after the audio were not read.")
    return None
