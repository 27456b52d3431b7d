"""Sizes that the headers of files declare, to notice that a file is truncated."""

import struct
from collections.abc import Callable

from asr.audio import mp4
from asr.audio.byte_source import ByteSource
from asr.audio.id3 import ID3, skip_id3
from asr.audio.part import read_at

UNKNOWN = 0x7FFFF000  # sizes of 32 bits from here on are placeholders of streams
MPEG_SYNC = b"\xff"
XING_FRAMES, XING_SIZE = 1, 2  # bits of the members that follow
XING_BYTES = 64  # of the first frame, in which the header is
EBML, SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


def declared_size(source: ByteSource, size: int) -> int | None:
    """Size in bytes that a file should have by its header, or None if it does not say.

    Parameters
    ----------
    source : ByteSource
    size : int
        The actual size.
    """
    head = read_at(source, 0, 64)
    if head.startswith(ID3) or head[:1] == MPEG_SYNC:
        return _mp3(source, skip_id3(source, 0))
    if mp4.is_mp4(source, 0):
        return max((box.end for box in mp4.boxes(source, 0, size)), default=None)
    for magic, read in _READERS.items():
        if head.startswith(magic):
            try:
                return read(source, head)
            except struct.error:  # the header itself is cut
                return None
    return None


def _mp3(source: ByteSource, start: int) -> int | None:
    """Size by the header of variable bit rate, which most encoders write in the first frame."""
    head = read_at(source, start, XING_BYTES)
    place = next((at for name in (b"Xing", b"Info") if (at := head.find(name)) > 0), None)
    if head[:1] != MPEG_SYNC or place is None:
        return None
    flags = int.from_bytes(head[place + 4 : place + 8], "big")
    field = place + 8 + (4 if flags & XING_FRAMES else 0)
    size = int.from_bytes(head[field : field + 4], "big")
    return start + size if flags & XING_SIZE and size else None


def _aiff(_: ByteSource, head: bytes) -> int:
    return 8 + int(struct.unpack(">I", head[4:8])[0])


def _avi(_: ByteSource, head: bytes) -> int | None:
    size = struct.unpack("<I", head[4:8])[0]
    return 8 + size if head[8:12] == b"AVI " and 0 < size < UNKNOWN else None


def _au(_: ByteSource, head: bytes) -> int | None:
    offset, size = struct.unpack(">II", head[4:12])
    return None if size >= UNKNOWN else int(offset + size)


def _wave64(_: ByteSource, head: bytes) -> int | None:
    size = int(struct.unpack("<Q", head[16:24])[0])
    return size if 0 < size < 2**62 else None


def _caf(source: ByteSource, _: bytes) -> int | None:
    position = 8
    for _chunk in range(100):
        head = read_at(source, position, 12)
        name, size = struct.unpack(">4sq", head)
        if name == b"data":
            return None if size < 0 else position + 12 + int(size)
        if size < 0:
            return None
        position += 12 + size
    return None


def _sphere(source: ByteSource, _: bytes) -> int | None:
    header = read_at(source, 0, 1024).decode("ascii", "replace")
    fields = {words[0]: words[2] for line in header.splitlines() if len(words := line.split()) > 2}
    try:
        frames, width = int(fields["sample_count"]), int(fields["sample_n_bytes"])
        return int(header.split()[1]) + frames * width * int(fields.get("channel_count", "1"))
    except (KeyError, ValueError, IndexError):
        return None


def _matroska(source: ByteSource, _: bytes) -> int | None:
    size, length = _ebml_number(read_at(source, 4, 8))
    position = 4 + length + size
    head = read_at(source, position, 12)
    if head[:4] != SEGMENT:
        return None
    size, length = _ebml_number(head[4:])
    return None if size == 2 ** (7 * length) - 1 else position + 4 + length + size


def _ebml_number(content: bytes) -> tuple[int, int]:
    """A number of variable length (RFC 8794, section 4), and its length in bytes."""
    if not content or not content[0]:
        raise struct.error("no number")
    length = 9 - content[0].bit_length()
    number = int.from_bytes(content[:length], "big")
    return number & (2 ** (7 * length) - 1), length


_READERS: dict[bytes, Callable[[ByteSource, bytes], int | None]] = {
    b"FORM": _aiff,
    b"RIFF": _avi,
    b".snd": _au,
    b"riff": _wave64,
    b"caff": _caf,
    b"NIST": _sphere,
    EBML: _matroska,
}
