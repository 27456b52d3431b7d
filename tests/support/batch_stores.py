"""Where tests put audio and look for answers, with one interface for S3 and for a folder.

Each place numbers what is put there as S3 does, by a sequencer, and can be sent to another process.
"""

import itertools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import boto3

from batch import s3
from batch.events import ObjectEvent
from batch.local_folder import WORK, FolderSources, FolderStore
from batch.store import Sources, Store

_numbers = itertools.count(0x10)


class Place(Protocol):
    bucket: str

    def sources(self) -> Sources: ...

    def store(self) -> Store: ...

    def put(self, key: str, audio: bytes, **metadata: str) -> ObjectEvent:
        """Write audio; gives the event that tells of it."""
        ...

    def remove(self, key: str) -> None: ...

    def names(self) -> set[str]:
        """What lies among the answers."""
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
            boto3.client("s3").create_bucket(Bucket=bucket)
        return place

    def sources(self) -> Sources:
        return s3.S3Sources(s3.client())

    def store(self) -> Store:
        return s3.S3Store(s3.client(), self.output)

    def put(self, key: str, audio: bytes, **metadata: str) -> ObjectEvent:
        answer = boto3.client("s3").put_object(
            Bucket=self.bucket, Key=key, Body=audio, Metadata=metadata
        )
        etag = answer["ETag"].strip('"')
        return ObjectEvent(self.bucket, key, etag, sequencer=f"{next(_numbers):X}")

    def remove(self, key: str) -> None:
        boto3.client("s3").delete_object(Bucket=self.bucket, Key=key)

    def names(self) -> set[str]:
        listed = boto3.client("s3").list_objects_v2(Bucket=self.output)
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

    def sources(self) -> Sources:
        return FolderSources(self.folder)

    def store(self) -> Store:
        return FolderStore(self.out)

    def put(self, key: str, audio: bytes) -> ObjectEvent:
        number = next(_numbers)
        path = self.folder / key
        path.write_bytes(audio)
        os.utime(path, (number, number))  # the clock of a file system may not tell two writes apart
        etag = self.sources().current("", key).source.etag
        return ObjectEvent("", key, etag, sequencer=f"{number:X}")

    def remove(self, key: str) -> None:
        (self.folder / key).unlink()

    def names(self) -> set[str]:
        found = {p.relative_to(self.out).as_posix() for p in self.out.rglob("*") if p.is_file()}
        return {name for name in found if not name.startswith(WORK)}


def content(place: Place, name: str) -> bytes:
    """What lies among the answers under a name."""
    stored = place.store().read(name)
    assert stored is not None
    return stored.body


def clear(place: Place, name: str) -> None:
    """Delete it, whatever it is."""
    etag = place.store().etag(name)
    assert etag is not None
    place.store().delete(name, etag)


def document(place: Place, name: str) -> dict[str, Any]:
    """A document among the answers."""
    members: dict[str, Any] = json.loads(content(place, name))
    return members
