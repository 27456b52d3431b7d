"""FLAC files as they are found: without their length, with a wrong one, several in one file."""

from collections.abc import Iterator

from asr.audio.byte_source import ByteSource
from asr.audio.part import Part, find, read_at

MARKER = b"fLaC"
STREAMINFO_SIZE = b"\0\0\x22"  # follows the type of the first metadata block (RFC 9639, section 8)
HEADER_BYTES = 26  # up to the end of the number of samples
UNKNOWN_MASK = ~0xFFFFFFFFF  # zero in the 36 bits of the number of samples


def is_flac(head: bytes) -> bool:
    """Whether these bytes begin a FLAC file."""
    return head[:4] == MARKER and head[5:8] == STREAMINFO_SIZE


def find_flacs(source: ByteSource, start: int, end: int) -> Iterator[tuple[Part, float]]:
    """Parts of concatenated FLAC files, and the seconds that each should have by its header.

    Their headers are rewritten to state no length, so a decoder reads them to the end. The seconds
    are 0 if the header states none.
    """
    begin: int | None = start
    while begin is not None:
        following = _find_marker(source, begin + 4, end)
        header = read_at(source, begin, HEADER_BYTES)
        claims = int.from_bytes(header[18:26], "big")
        unknown = header[:18] + (claims & UNKNOWN_MASK).to_bytes(8, "big")
        if len(header) < HEADER_BYTES:
            unknown = header
        part = Part(begin + len(header), end if following is None else following, unknown)
        yield part, header_seconds(header)
        begin = following


def header_seconds(header: bytes) -> float:
    """Duration that the first `HEADER_BYTES` bytes state, or 0."""
    claims = int.from_bytes(header[18:26], "big")  # 20 bits of rate, 3, 5, 36 of samples
    rate, samples = claims >> 44, claims & ~UNKNOWN_MASK
    return samples / rate if rate else 0.0


def _find_marker(source: ByteSource, start: int, end: int) -> int | None:
    found = find(source, MARKER, start, end)
    while found is not None and not is_flac(read_at(source, found, 8)):
        found = find(source, MARKER, found + 1, end)
    return found
