"""ID3v2 tags, which taggers put before files of any format (id3.org, ID3v2.4, section 3)."""

from asr.audio.byte_source import ByteSource
from asr.audio.part import read_at

ID3 = b"ID3"
HEADER_BYTES = 10
FOOTER = 0x10  # bit of the flags; the footer is as long as the header
MAX_SIZE_BYTE = 0x7F  # the size has 7 bits a byte


def skip_id3(source: ByteSource, position: int) -> int:
    """Offset after the ID3v2 tags at an offset."""
    while True:
        head = read_at(source, position, HEADER_BYTES)
        if len(head) < HEADER_BYTES or not head.startswith(ID3) or max(head[6:]) > MAX_SIZE_BYTE:
            return position
        length = 0
        for byte in head[6:]:
            length = length << 7 | byte
        position += HEADER_BYTES + length + (HEADER_BYTES if head[5] & FOOTER else 0)
