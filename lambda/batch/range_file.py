"""Seekable read-only file over a remote object, with an LRU cache of large byte ranges."""

import io
from collections import OrderedDict
from collections.abc import Callable

RANGE_BYTES = 8 * 1024 * 1024  # 0.1 s at the throughput of S3, 5 minutes of 16 kHz FLAC
# Audio readers alternate between few positions: header, index at the end, current position.
CACHED_RANGES = 4

# Returns the bytes in [start, end).
Fetch = Callable[[int, int], bytes]


class RangeFile(io.BufferedIOBase):
    """File of `size` bytes, fetched in ranges; errors of `fetch` are raised by `read`."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._position = 0
        self._ranges: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        """Always true."""
        return True

    def seekable(self) -> bool:
        """Always true."""
        return True

    def tell(self) -> int:
        """Current position, in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Change the position; raises ValueError for one before the start of the file."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if origin + offset < 0:
            raise ValueError(f"cannot seek to {origin + offset}")
        self._position = origin + offset
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """Read `size` bytes, fewer only at the end of the file; the rest if negative or None."""
        left = max(self._size - self._position, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        parts = []
        while wanted:
            number, start = divmod(self._position, RANGE_BYTES)
            part = self._range(number)[start : start + wanted]
            parts.append(part)
            self._position += len(part)
            wanted -= len(part)
        return b"".join(parts)

    def _range(self, number: int) -> bytes:
        if number not in self._ranges:
            start = number * RANGE_BYTES
            while len(self._ranges) >= CACHED_RANGES:  # before fetching, to bound the memory
                self._ranges.popitem(last=False)
            self._ranges[number] = self._fetch(start, min(start + RANGE_BYTES, self._size))
        self._ranges.move_to_end(number)
        return self._ranges[number]
