"""Interfaces of the storage: one to read audio from, one to write output documents to.

`batch.s3` implements both for S3, `batch.local_folder` for a folder. Convergence rests on one
property of the output store: a write names the version that it replaces, and fails if the stored
one differs (compare-and-swap).
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from batch.documents import SourceObject


class ConflictError(Exception):
    """The stored object is not the version that was to be replaced or deleted."""


class SourceChangedError(Exception):
    """The audio object was overwritten or deleted while it was being read."""


@dataclass(frozen=True)
class StoredObject:
    """Content of a key, and the ETag that identifies it."""

    body: bytes
    etag: str


@dataclass(frozen=True)
class InputAudio:
    """Current version of an audio object, and its uploader's options (None: not given).

    `source.sequencer` is unknown here. `vocabulary` and `channel_names` have percent-encoded texts
    between commas, and `vocabulary_key` is the key of a vocabulary file in the output store.
    """

    source: SourceObject
    formats: str | None = None
    decoder: str | None = None
    punctuate: str | None = None
    vocabulary: str | None = None
    vocabulary_key: str | None = None
    channels: str | None = None
    channel_names: str | None = None


class InputStore(Protocol):
    """Storage of the audio objects."""

    def head(self, bucket: str, key: str) -> InputAudio:
        """Current version of an object; raises AudioGoneError if there is none."""
        ...

    def open(self, source: SourceObject) -> AbstractContextManager[BinaryIO]:
        """Open exactly this version as a seekable file; `read` may raise SourceChangedError."""
        ...


class OutputStore(Protocol):
    """Storage of the output documents. Errors other than those named may be temporary."""

    def get(self, key: str) -> StoredObject | None:
        """Stored object, or None."""
        ...

    def etag(self, key: str) -> str | None:
        """ETag of the stored object, or None."""
        ...

    def put(self, key: str, body: bytes, media_type: str, replaces: str | None) -> str:
        """Replace the object with the ETag `replaces`, or create one if None; returns the new ETag.

        Raises
        ------
        ConflictError
            If another object is stored, unless it equals `body`: then an earlier attempt of the
            same request succeeded.
        """
        ...

    def delete(self, key: str, etag: str) -> None:
        """Delete the object with this ETag, if it exists; raises ConflictError."""
        ...
