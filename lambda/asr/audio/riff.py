"""WAV files as they are found: stale sizes, odd chunks, several files in one.

Writers that are killed leave sizes of 0 or of the first second, streams have no sizes, and some
recorders append whole files. The chunks are parsed here, and each run of samples gets a header with
its true size, so that any library reads it (Multimedia Programming Interface and Data
Specifications 1.0; EBU Tech 3306 for RF64).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from asr.audio.byte_source import ByteSource
from asr.audio.part import Part, read_at

FORMS = {b"RIFF": "<", b"RF64": "<", b"RIFX": ">"}  # and the byte order of their sizes
MIN_UNKNOWN_BYTES = 0x7FFFF000  # sizes from here on are placeholders of streams
MAX_FORMAT_BYTES = 4096
MAX_32_BIT = 0xFFFFFFF0 - 4096
MAX_CHUNKS = 10_000
_NAMES = (
    b"LISTbextiXMLfactPEAKcue smplinstplstlablnoteltxtadtlJUNKjunkFLLRPAD id3 ID3 acidstrccart_PMX"
    b"aXMLchnaaxmllevlumidminfelm1regnDISPafspLGWVSAUR"
)
KNOWN_CHUNKS = frozenset(_NAMES[start : start + 4] for start in range(0, len(_NAMES), 4))


@dataclass(frozen=True)
class WavPart:
    """The samples of one WAV file.

    Attributes
    ----------
    part : Part
        The samples, after a header with their true size.
    declared_end : int or None
        Where the samples end by the header; None if it does not say.
    """

    part: Part
    declared_end: int | None


def read_wav(source: ByteSource, start: int, end: int) -> WavPart | None:
    """Parse the WAV file at an offset, up to its samples; None if it has none."""
    head = read_at(source, start, 12)
    if head[:4] not in FORMS or head[8:] != b"WAVE":
        return None
    order = FORMS[head[:4]]
    copied: list[bytes] = []
    long_size = None
    for name, size, body in chunks(source, start + 12, end, order):
        if name == b"data":
            size = long_size if long_size is not None and size == 0xFFFFFFFF else size  # noqa: PLW2901
            declared = None if _is_unknown(size) and long_size is None else body + size
            data_end = end if declared is None else min(declared, end)
            header = wav_header(head[:4], copied, data_end - body)
            return WavPart(Part(body, data_end, header), declared)
        if name == b"ds64":
            (long_size,) = struct.unpack("<Q", read_at(source, body + 8, 8).ljust(8, b"\0"))
        elif name in {b"fmt ", b"fact"} and size <= MAX_FORMAT_BYTES:
            content = read_at(source, body, size)
            copied.append(name + struct.pack(order + "I", size) + content + bytes(size % 2))
    return None


def extended(wav: WavPart, end: int) -> WavPart:
    """The same samples, up to another end."""
    body, header = wav.part.start, wav.part.header
    form = header[:4] if header[:4] == b"RIFX" else b"RIFF"
    content = header[12:-8] if header[:4] != b"RF64" else header[48:-8]
    return WavPart(Part(body, end, wav_header(form, [content], end - body)), wav.declared_end)


def wav_header(form: bytes, copied: list[bytes], size: int) -> bytes:
    """Header of `size` bytes of samples, with the chunks `fmt ` and `fact` of the original."""
    content = b"".join(copied)
    total = 4 + len(content) + 8 + size
    if size <= MAX_32_BIT:
        order = FORMS[form]
        name = b"RIFX" if form == b"RIFX" else b"RIFF"
        return (
            name
            + struct.pack(order + "I", total)
            + b"WAVE"
            + content
            + b"data"
            + struct.pack(order + "I", size)
        )
    unknown = struct.pack("<I", 0xFFFFFFFF)
    sizes = b"ds64" + struct.pack("<IQQQI", 28, total + 36, size, 0, 0)
    return b"RF64" + unknown + b"WAVE" + sizes + content + b"data" + unknown


def chunks(
    source: ByteSource, position: int, end: int, order: str
) -> Iterator[tuple[bytes, int, int]]:
    """Name, size and offset of the content of each chunk, until something else follows.

    A chunk of odd size is followed by a byte of padding, which some writers leave out.
    """
    for _ in range(MAX_CHUNKS):
        head = read_at(source, position, 8)
        if len(head) < 8 or not _is_name(head[:4]):
            return
        (size,) = struct.unpack(order + "I", head[4:])
        yield head[:4], size, position + 8
        position += 8 + size
        if size % 2 and _is_name(read_at(source, position + 1, 4)):
            position += 1
        if position >= end:
            return


def is_chunk_list(source: ByteSource, position: int, end: int, order: str) -> bool:
    """Whether only chunks with known names, or that fit exactly, follow up to the end."""
    last = position
    for name, size, body in chunks(source, position, end, order):
        if name not in KNOWN_CHUNKS and body + size > end:
            return False
        last = body + size
    return last > position and last >= end - 1


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and all(0x20 <= byte < 0x7F for byte in name)


def _is_unknown(size: int) -> bool:
    return size == 0 or size >= MIN_UNKNOWN_BYTES
