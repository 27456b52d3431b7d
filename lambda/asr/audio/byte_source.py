"""Seekable byte source for the audio libraries; stores read errors."""

from io import SEEK_SET
from typing import BinaryIO


class ByteSource:
    """A seekable file without a name, so that no library guesses the format from one.

    Read errors are stored, because libsndfile cannot pass them on and treats them as the end of
    the file.

    Attributes
    ----------
    failure : Exception or None
        The first read error.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failure: Exception | None = None

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes; none at the end or after a failure."""
        if self.failure is not None:
            return b""
        try:
            return self._file.read(size)
        except Exception as failure:
            self.failure = failure
            return b""

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Set the position; an invalid one, as in damaged headers, leaves it unchanged."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return self._file.tell()

    def tell(self) -> int:
        """The position in bytes."""
        return self._file.tell()
