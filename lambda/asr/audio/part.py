"""Parts of a file that a reader decodes by themselves, as seekable files."""

from dataclasses import dataclass
from io import SEEK_CUR, SEEK_END, SEEK_SET, RawIOBase
from typing import BinaryIO, cast

from asr.audio.byte_source import ByteSource

SCAN_BYTES = 256 * 1024


@dataclass(frozen=True)
class Part:
    """The bytes from `start` to `end` of a file, after a header that replaces what is before them.

    Attributes
    ----------
    start, end : int
    header : bytes
    """

    start: int
    end: int
    header: bytes = b""

    def open(self, source: ByteSource) -> ByteSource:
        """The part as a source of its own."""
        return ByteSource(cast(BinaryIO, _PartFile(source, self)))


class _PartFile(RawIOBase):
    """Seekable view of a part."""

    def __init__(self, source: ByteSource, part: Part) -> None:
        self._source = source
        self._part = part
        self._size = len(part.header) + part.end - part.start
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes; the header and the rest take two reads."""
        remaining = max(0, self._size - self._position)
        size = remaining if size < 0 else min(size, remaining)
        header = self._part.header
        if self._position < len(header):
            content = header[self._position : self._position + size]
        else:
            self._source.seek(self._part.start + self._position - len(header))
            content = self._source.read(size)
        self._position += len(content)
        if content and len(content) < size:
            content += self.read(size - len(content))
        return content

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Set the position; raises ValueError if it is negative."""
        position = {SEEK_SET: 0, SEEK_CUR: self._position, SEEK_END: self._size}[whence] + offset
        if position < 0:
            raise ValueError(f"negative position {position}")
        self._position = position
        return position

    def tell(self) -> int:
        """The position in bytes."""
        return self._position


def read_at(source: ByteSource, offset: int, size: int) -> bytes:
    """Read up to `size` bytes at an offset."""
    source.seek(offset)
    return source.read(size)


def find(source: ByteSource, pattern: bytes, start: int, end: int) -> int | None:
    """Offset of the first occurrence of a pattern in [start, end), reading sequentially."""
    rest = b""
    while start < end:
        source.seek(start)
        chunk = source.read(min(SCAN_BYTES, end - start))
        if not chunk:
            return None
        window = rest + chunk
        index = window.find(pattern)
        if index >= 0:
            return start - len(rest) + index
        start += len(chunk)
        rest = window[-(len(pattern) - 1) :] if len(pattern) > 1 else b""
    return None
