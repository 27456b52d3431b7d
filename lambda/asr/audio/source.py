"""Sources of encoded audio: bytes, paths and open files, as seekable files."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from asr.errors import TooLargeError

MAX_SPOOLED_BYTES = 256 * 1024 * 1024  # encoded bytes of a source that cannot seek, in memory
SPOOL_CHUNK_BYTES = 1024 * 1024

# The content, the path or an open file of encoded audio.
AudioSource = bytes | str | Path | BinaryIO


@contextmanager
def open_source(source: AudioSource) -> Iterator[BinaryIO]:
    """Open a source as a seekable file; close it only if it was opened here.

    A FIFO, as of a process substitution, and a pipe at `/dev/stdin` are copied to memory.

    Raises
    ------
    TooLargeError
        If a source that cannot seek is longer than `MAX_SPOOLED_BYTES`.
    OSError
        If it cannot be opened or read.
    """
    if isinstance(source, bytes):
        yield BytesIO(source)
    elif isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            yield file if file.seekable() else _spooled(file)
    else:
        yield source if source.seekable() else _spooled(source)


def _spooled(source: BinaryIO) -> BytesIO:
    """Copy a source that cannot seek to memory, in chunks, as it may be endless."""
    spool = BytesIO()
    while chunk := source.read(SPOOL_CHUNK_BYTES):
        spool.write(chunk)
        if spool.tell() > MAX_SPOOLED_BYTES:
            raise TooLargeError(f"The audio has more than {MAX_SPOOLED_BYTES:,} bytes.")
    return spool
