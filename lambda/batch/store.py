"""What batch asks of a place to read audio from, and of one to write answers to.

`batch.s3` has both for S3, `batch.local_folder` for a folder. All that converges rests on one property of
the second: a write says what it replaces, and fails where something else is there by now.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from batch.documents import Source


class ConflictError(Exception):
    """What was to be replaced or deleted is not what is there."""


class SourceChangedError(Exception):
    """The object was overwritten or deleted while it was read."""


@dataclass(frozen=True)
class Stored:
    """The content of a key, and the tag that tells it from any other."""

    body: bytes
    etag: str


@dataclass(frozen=True)
class Audio:
    """An object as it is now, and what its uploader asked for, None where it did not.

    `source.sequencer` is not known here.
    """

    source: Source
    formats: str | None = None
    decoder: str | None = None


class Sources(Protocol):
    """Where audio lies."""

    def current(self, bucket: str, key: str) -> Audio:
        """The object as it is now; raises AudioGoneError if there is none."""
        ...

    def open(self, source: Source) -> AbstractContextManager[BinaryIO]:
        """A file of that very state, which can seek; its `read` may raise SourceChangedError."""
        ...


class Store(Protocol):
    """Where answers go. Other errors than those named are those of the place, and may pass."""

    def read(self, key: str) -> Stored | None:
        """What is there, or None."""
        ...

    def etag(self, key: str) -> str | None:
        """The tag of what is there, or None."""
        ...

    def write(self, key: str, body: bytes, media_type: str, replaces: str | None) -> str:
        """Write over what has the tag `replaces`, or where nothing is; gives the new tag.

        Raises
        ------
        ConflictError
            If something else is there; unless it is `body`, for then an earlier attempt of this
            very write has come through.
        """
        ...

    def delete(self, key: str, etag: str) -> None:
        """Delete what has this tag; nothing there is fine too. Raises ConflictError."""
        ...
