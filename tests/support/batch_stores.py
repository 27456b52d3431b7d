"""Test storage with one interface for S3 and for a folder: put audio, read output documents.

Each write gets a sequencer, as in S3. Instances can be pickled for other processes.
"""

import itertools
import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from batch import s3
from batch.events import ObjectEvent
from batch.local_folder import STATE_DIR, FolderInputStore, FolderOutputStore
from batch.store import InputStore, OutputStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_sequencers = itertools.count(0x10)


def _client() -> "S3Client":
    return _cached_client(os.environ["AWS_ENDPOINT_URL"])


@cache
def _cached_client(_endpoint: str) -> "S3Client":
    return s3.client()  # loading boto3's model of S3 takes longer than most tests


class Place(Protocol):
    bucket: str

    def inputs(self) -> InputStore: ...

    def outputs(self) -> OutputStore: ...

    def put(self, key: str, audio: bytes, **metadata: str) -> ObjectEvent:
        """Write audio; returns the event that announces it."""
        ...

    def delete(self, key: str) -> None: ...

    def names(self) -> set[str]:
        """Names of the output documents, leases included."""
        ...


@dataclass(frozen=True)
class S3Place:
    bucket: str
    output: str

    @staticmethod
    def make() -> "S3Place":
        name = uuid4().hex
        place = S3Place(f"in-{name}", f"out-{name}")
        for bucket in (place.bucket, place.output):
            _client().create_bucket(Bucket=bucket)
        return place

    def inputs(self) -> InputStore:
        return s3.S3InputStore(_client())

    def outputs(self) -> OutputStore:
        return s3.S3OutputStore(_client(), self.output)

    def put(self, key: str, audio: bytes, **metadata: str) -> ObjectEvent:
        response = _client().put_object(Bucket=self.bucket, Key=key, Body=audio, Metadata=metadata)
        etag = response["ETag"].strip('"')
        return ObjectEvent(self.bucket, key, etag, sequencer=f"{next(_sequencers):X}")

    def delete(self, key: str) -> None:
        _client().delete_object(Bucket=self.bucket, Key=key)

    def names(self) -> set[str]:
        listed = _client().list_objects_v2(Bucket=self.output)
        return {found["Key"] for found in listed.get("Contents", [])}


@dataclass(frozen=True)
class FolderPlace:
    folder: Path
    out: Path
    bucket: str = ""

    @staticmethod
    def make(directory: Path) -> "FolderPlace":
        place = FolderPlace(directory / "in", directory / "out")
        place.folder.mkdir()
        return place

    def inputs(self) -> InputStore:
        return FolderInputStore(self.folder)

    def outputs(self) -> OutputStore:
        return FolderOutputStore(self.out)

    def put(self, key: str, audio: bytes) -> ObjectEvent:
        number = next(_sequencers)
        path = self.folder / key
        path.write_bytes(audio)
        os.utime(path, (number, number))  # file systems with coarse clocks give two writes one time
        etag = self.inputs().head("", key).source.etag
        return ObjectEvent("", key, etag, sequencer=f"{number:X}")

    def delete(self, key: str) -> None:
        (self.folder / key).unlink()

    def names(self) -> set[str]:
        found = {p.relative_to(self.out).as_posix() for p in self.out.rglob("*") if p.is_file()}
        return {name for name in found if not name.startswith(STATE_DIR)}


def content(place: Place, name: str) -> bytes:
    """Content of an output document."""
    stored = place.outputs().get(name)
    assert stored is not None
    return stored.body


def clear(place: Place, name: str) -> None:
    """Delete an output document or lease."""
    etag = place.outputs().etag(name)
    assert etag is not None
    place.outputs().delete(name, etag)


def document(place: Place, name: str) -> dict[str, Any]:
    """Parsed output document."""
    parsed: dict[str, Any] = json.loads(content(place, name))
    return parsed
