"""Input and output stores in local folders, with the consistency of S3.

Keys are relative paths. The ETag of audio, which may be long, is made of its size and modification
time; the ETag of an output document is the SHA-256 of its content.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from asr.errors import AudioGoneError
from batch.documents import SourceObject
from batch.store import ConflictError, InputAudio, SourceChangedError, StoredObject

# Lock files and temporary files. Not the folder of leases, where keys name the subfolders.
STATE_DIR = ".batch"


class FolderInputStore:
    """Audio files below one folder; the bucket of an event is ignored."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def head(self, bucket: str, key: str) -> InputAudio:
        """See `InputStore`."""
        try:
            status = (self._folder / key).stat()
        except FileNotFoundError as error:
            raise AudioGoneError(f"The file {key!r} does not exist any more.") from error
        modified = datetime.fromtimestamp(status.st_mtime_ns / 1e9, UTC).isoformat()
        etag = f"{status.st_size:x}-{status.st_mtime_ns:x}"
        return InputAudio(
            SourceObject(bucket, key, etag, size=status.st_size, last_modified=modified)
        )

    @contextmanager
    def open(self, source: SourceObject) -> Iterator[BinaryIO]:
        """See `InputStore`; a change during reading is detected by the worker afterwards."""
        try:
            file = (self._folder / source.key).open("rb")
        except FileNotFoundError as error:
            raise SourceChangedError(source.key) from error
        with file:
            yield file


class FolderOutputStore:
    """Folder of output documents, safe for concurrent processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / STATE_DIR).mkdir(parents=True, exist_ok=True)

    def get(self, key: str) -> StoredObject | None:
        """See `OutputStore`."""
        try:
            body = (self._folder / key).read_bytes()
        except FileNotFoundError:
            return None
        return StoredObject(body, hashlib.sha256(body).hexdigest())

    def etag(self, key: str) -> str | None:
        """See `OutputStore`."""
        stored = self.get(key)
        return stored.etag if stored else None

    def put(self, key: str, body: bytes, media_type: str, replaces: str | None) -> str:
        """See `OutputStore`; the media type is not stored."""
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            current = self.get(key)
            if current is not None and current.body == body:
                return current.etag
            if (current.etag if current else None) != replaces:
                raise ConflictError(key)
            part = self._folder / STATE_DIR / "part"  # one name: killed writers leave one file
            part.write_bytes(body)
            part.replace(path)
        return hashlib.sha256(body).hexdigest()

    def delete(self, key: str, etag: str) -> None:
        """See `OutputStore`."""
        with self._locked():
            current = self.etag(key)
            if current not in {etag, None}:
                raise ConflictError(key)
            (self._folder / key).unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Exclude other processes; the operating system releases the lock of a killed one."""
        with (self._folder / STATE_DIR / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
