"""Checks of the boxes of MP4 and QuickTime files, before FFmpeg allocates what they claim.

FFmpeg makes an index entry of each sample, so a table of a few bytes can claim gigabytes of memory,
or one packet per sample, and minutes of processor time (ISO/IEC 14496-12).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from asr.audio.byte_source import ByteSource
from asr.audio.part import Part, read_at
from asr.errors import UnsupportedAudioError

# A file begins with one of these boxes.
FIRST_BOXES = frozenset(b"ftyp moov mdat free skip wide pnot uuid".split())
CONTAINERS = frozenset(b"moov trak mdia minf stbl edts udta mvex moof traf".split())
# Tables, with the offset of their number of entries in the box, and the bytes of an entry.
TABLES = {
    b"stts": (4, 8),
    b"ctts": (4, 8),
    b"stsc": (4, 12),
    b"stco": (4, 4),
    b"co64": (4, 8),
    b"stss": (4, 4),
    b"keys": (4, 8),
    b"elst": (4, 12),
    b"stsd": (4, 8),
    b"dref": (4, 12),
}
MAX_ENTRIES = 4_000_000  # over all tables and tracks; AAC at 48 kHz reaches it after 23 hours
# PCM without a table of durations is read in packets of this many samples.
PCM_PACKET_SAMPLES = 1024
MAX_BOXES = 100_000
MAX_DEPTH = 8


@dataclass(frozen=True)
class Box:
    """A box: its type, and the offsets of its content and of its end."""

    kind: bytes
    body: int
    end: int


def is_mp4(source: ByteSource, start: int) -> bool:
    """Whether a file begins like MP4 or QuickTime."""
    return read_at(source, start + 4, 4) in FIRST_BOXES


def find_movies(source: ByteSource, start: int, end: int) -> tuple[Part, ...]:
    """The movies of a file, after a check of their tables; several if files were concatenated.

    Raises
    ------
    UnsupportedAudioError
        If a table claims more than its box holds, or more than any recording needs.
    """
    begins = [start]
    entries = 0
    for box in boxes(source, start, end):
        if box.kind == b"ftyp" and box.body - 8 > begins[-1]:
            begins.append(box.body - 8)
        entries += _entries(source, box, end, 0)
        if entries > MAX_ENTRIES:
            raise UnsupportedAudioError(
                f"The tables of the MP4 file claim more than {MAX_ENTRIES:,} entries."
            )
    ends = [*begins[1:], end]
    return tuple(Part(first, last) for first, last in zip(begins, ends, strict=True))


def boxes(source: ByteSource, start: int, end: int) -> Iterator[Box]:
    """The boxes in a range; the last may end after it."""
    for _ in range(MAX_BOXES):
        head = read_at(source, start, 16)
        if start + 8 > end or len(head) < 8:
            return
        size, kind = struct.unpack(">I4s", head[:8])
        header = 8
        if size == 1 and len(head) == 16:
            (size,), header = struct.unpack(">Q", head[8:]), 16
        elif size == 0:  # to the end of the file
            size = end - start
        if size < header:
            return
        yield Box(kind, start + header, start + size)
        start += size


def _entries(source: ByteSource, box: Box, limit: int, depth: int) -> int:
    """Number of index entries that FFmpeg makes of a box and the boxes in it."""
    end = min(box.end, limit)
    if box.kind == b"stbl":
        return _sample_entries(source, box, end)
    if box.kind in CONTAINERS and depth < MAX_DEPTH:
        return sum(
            _entries(source, inner, end, depth + 1) for inner in boxes(source, box.body, end)
        )
    if box.kind == b"meta":
        # A full box in MP4, a plain one in QuickTime.
        skipped = 0 if read_at(source, box.body + 4, 4) in {b"hdlr", b"keys", b"ilst"} else 4
        inner_boxes = boxes(source, box.body + skipped, end)
        return sum(_entries(source, inner, end, depth + 1) for inner in inner_boxes)
    return _table_entries(source, box)


def _table_entries(source: ByteSource, box: Box) -> int:
    """Number of entries of a table; 0 of any other box."""
    if box.kind not in TABLES:
        return 0
    offset, entry_bytes = TABLES[box.kind]
    count = _number(source, box.body + offset)
    if count * entry_bytes > box.end - box.body:
        raise UnsupportedAudioError(
            f"The MP4 file is damaged: its table {box.kind.decode()} claims {count:,} entries, and "
            f"has {box.end - box.body:,} bytes."
        )
    return count


def _sample_entries(source: ByteSource, table: Box, end: int) -> int:
    """Number of entries of a sample table."""
    entries = samples = 0
    is_pcm = False
    for box in boxes(source, table.body, end):
        entries += _table_entries(source, box)
        if box.kind == b"stts":  # one entry for all samples, of the duration of one
            count, duration = _number(source, box.body + 4), _number(source, box.body + 12)
            is_pcm = count == 1 and duration == 1
        elif box.kind == b"stsz":
            sample_bytes, samples = _number(source, box.body + 4), _number(source, box.body + 8)
            if sample_bytes == 0 and samples * 4 > box.end - box.body:
                raise UnsupportedAudioError("The MP4 file is damaged: its table of sizes is cut.")
    return entries + samples // (PCM_PACKET_SAMPLES if is_pcm else 1)


def _number(source: ByteSource, offset: int) -> int:
    return int.from_bytes(read_at(source, offset, 4), "big")
