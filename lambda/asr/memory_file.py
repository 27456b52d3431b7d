"""A file in memory that has a path, by which TorchScript opens it without copies.

From a buffer, `torch.jit.load` makes two copies of the file besides the weights: 1,760 MB at peak
for a file of 403 MB, and 1,010 MB from a file in memory (Linux's memfd_create).
"""

import hashlib
import os
import weakref
from collections.abc import Callable
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import BinaryIO

HAS_PATHS = hasattr(os, "memfd_create")


class MemoryFile:
    """A file in memory, freed with this object.

    Parameters
    ----------
    fill : callable
        Writes the content to the open file that it is given; its exceptions pass.
    """

    def __init__(self, fill: Callable[[BinaryIO], object]) -> None:
        self._path: Path | None = None
        self._content = b""
        if HAS_PATHS:
            descriptor = os.memfd_create("model")
            weakref.finalize(self, os.close, descriptor)
            self._path = Path(f"/proc/self/fd/{descriptor}")
            with self._path.open("wb") as file:
                fill(file)
        else:  # macOS, Windows
            buffer = BytesIO()
            fill(buffer)
            self._content = buffer.getvalue()

    def open(self) -> BytesIO | BufferedReader:
        """Open the content for reading."""
        return BytesIO(self._content) if self._path is None else self._path.open("rb")

    def __len__(self) -> int:
        """Size in bytes."""
        return len(self._content) if self._path is None else self._path.stat().st_size

    def sha256(self) -> str:
        """Digest of the content."""
        with self.open() as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def torchscript(self) -> str | BytesIO:
        """What `torch.jit.load` reads: a path, where there is one."""
        return BytesIO(self._content) if self._path is None else str(self._path)
