"""What the libraries see of a file."""

from io import SEEK_SET
from typing import BinaryIO


class Contents:
    """The bytes of a file that can seek, and nothing else.

    Without a name, no library can guess a format from it. Errors of reading are kept, because
    libsndfile cannot pass them on and takes them for the end of the file.

    Attributes
    ----------
    failure : Exception or None
        The last error of reading.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failure: Exception | None = None

    def read(self, size: int) -> bytes:
        """Give up to `size` bytes, none at the end or after a failure."""
        if self.failure is not None:
            return b""
        try:
            return self._file.read(size)
        except Exception as failure:
            self.failure = failure
            return b""

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Move, or stay where it is if asked to go before the beginning, as damaged headers do."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return self._file.tell()

    def tell(self) -> int:
        """Give the position in bytes."""
        return self._file.tell()
