"""Audio from a folder and answers to a folder, with the properties that S3 has.

A key is a path below the folder. Its tag is made of size and time of writing for audio, which may
be long, and of the content for answers.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from asr.errors import AudioGoneError
from batch.documents import Source
from batch.store import Audio, ConflictError, SourceChangedError, Stored

# What processes tell each other with: not where leases are, whose folders are named by keys.
WORK = ".batch"


class FolderSources:
    """Files below one folder; the bucket of an event does not matter."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def current(self, bucket: str, key: str) -> Audio:
        """See `Sources`."""
        try:
            status = (self._folder / key).stat()
        except FileNotFoundError as error:
            raise AudioGoneError(f"There is no file {key!r} any more.") from error
        written = datetime.fromtimestamp(status.st_mtime_ns / 1e9, UTC).isoformat()
        etag = f"{status.st_size:x}-{status.st_mtime_ns:x}"
        return Audio(Source(bucket, key, etag, size=status.st_size, last_modified=written))

    @contextmanager
    def open(self, source: Source) -> Iterator[BinaryIO]:
        """See `Sources`; that the file stays the same while it is read is checked afterwards."""
        try:
            file = (self._folder / source.key).open("rb")
        except FileNotFoundError as error:
            raise SourceChangedError(source.key) from error
        with file:
            yield file


class FolderStore:
    """A folder of answers, also for several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / WORK).mkdir(parents=True, exist_ok=True)

    def read(self, key: str) -> Stored | None:
        """See `Store`."""
        try:
            body = (self._folder / key).read_bytes()
        except FileNotFoundError:
            return None
        return Stored(body, hashlib.sha256(body).hexdigest())

    def etag(self, key: str) -> str | None:
        """See `Store`."""
        stored = self.read(key)
        return stored.etag if stored else None

    def write(self, key: str, body: bytes, media_type: str, replaces: str | None) -> str:
        """See `Store`; the media type is not kept."""
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            standing = self.read(key)
            if standing is not None and standing.body == body:
                return standing.etag
            if (standing.etag if standing else None) != replaces:
                raise ConflictError(key)
            part = self._folder / WORK / "part"  # one at a time, so what is killed leaves one
            part.write_bytes(body)
            part.replace(path)
        return hashlib.sha256(body).hexdigest()

    def delete(self, key: str, etag: str) -> None:
        """See `Store`."""
        with self._locked():
            standing = self.etag(key)
            if standing not in {etag, None}:
                raise ConflictError(key)
            (self._folder / key).unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Exclude other processes; whoever is killed lets go."""
        with (self._folder / WORK / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
