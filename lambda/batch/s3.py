"""Audio from S3 and answers to S3, by conditional requests."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from asr.errors import AudioGoneError
from batch.documents import Source
from batch.range_file import RangeFile
from batch.store import Audio, ConflictError, SourceChangedError, Stored

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

GONE = {"404", "NoSuchKey", "NoSuchBucket", "NoSuchVersion"}
# The second is that of two conditional writes at the same time.
CONFLICTS = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}
# S3 itself deletes conditionally since 2025; what is only like it may not, LocalStack 4.14 for one.
UNCONDITIONAL = "NotImplemented"
FORMATS, DECODER = "formats", "decoder"  # user metadata of an object, x-amz-meta-...
RANGE_ATTEMPTS = 4
RANGE_PAUSE_SECONDS = 0.5  # doubled each time


def client() -> "S3Client":
    """A client that waits for what is slow, and tries again what may pass."""
    return boto3.client(
        "s3",
        config=Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": 5},
        ),
    )


class S3Sources:
    """Objects in any bucket."""

    def __init__(self, s3: "S3Client") -> None:
        self._s3 = s3

    def current(self, bucket: str, key: str) -> Audio:
        """See `Sources`."""
        try:
            head = self._s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if _code(error) in GONE:
                raise AudioGoneError(f"There is no object {key!r} any more.") from error
            raise
        source = Source(
            bucket=bucket,
            key=key,
            etag=head["ETag"].strip('"'),
            version_id=head.get("VersionId"),
            size=head["ContentLength"],
            last_modified=head["LastModified"].isoformat(),
        )
        asked = head["Metadata"]
        return Audio(source, asked.get(FORMATS), asked.get(DECODER))

    @contextmanager
    def open(self, source: Source) -> Iterator[BinaryIO]:
        """See `Sources`."""

        def fetch(start: int, end: int) -> bytes:
            return self._range(source, start, end)

        yield cast(BinaryIO, RangeFile(fetch, source.size or 0))

    def _range(self, source: Source, start: int, end: int) -> bytes:
        """Bytes [start, end); where a body breaks off boto3 does not try again, so this does."""
        for attempt in range(RANGE_ATTEMPTS - 1):
            try:
                return self._read(source, start, end)
            except BotoCoreError:
                time.sleep(RANGE_PAUSE_SECONDS * 2**attempt)
        return self._read(source, start, end)

    def _read(self, source: Source, start: int, end: int) -> bytes:
        try:
            answer = self._s3.get_object(
                Bucket=source.bucket,
                Key=source.key,
                IfMatch=f'"{source.etag}"',
                Range=f"bytes={start}-{end - 1}",
            )
        except ClientError as error:
            if _code(error) in GONE | CONFLICTS:
                raise SourceChangedError(source.key) from error
            raise
        return answer["Body"].read()


class S3Store:
    """One bucket of answers."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def read(self, key: str) -> Stored | None:
        """See `Store`."""
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if _code(error) in GONE:
                return None
            raise
        return Stored(answer["Body"].read(), answer["ETag"])

    def etag(self, key: str) -> str | None:
        """See `Store`."""
        try:
            return self._s3.head_object(Bucket=self._bucket, Key=key)["ETag"]
        except ClientError as error:
            if _code(error) in GONE:
                return None
            raise

    def write(self, key: str, body: bytes, media_type: str, replaces: str | None) -> str:
        """See `Store`."""
        condition = {"IfNoneMatch": "*"} if replaces is None else {"IfMatch": replaces}
        try:
            return self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=media_type,
                **condition,  # type: ignore[arg-type]  # one of two members
            )["ETag"]
        except ClientError as error:
            if _code(error) not in GONE | CONFLICTS:
                raise
            found = self.read(key)
            if found is not None and found.body == body:
                return found.etag
            raise ConflictError(key) from error

    def delete(self, key: str, etag: str) -> None:
        """See `Store`."""
        try:
            self._s3.delete_object(Bucket=self._bucket, Key=key, IfMatch=etag)
        except ClientError as error:
            if _code(error) in GONE:
                return
            if _code(error) in CONFLICTS:
                raise ConflictError(key) from error
            if _code(error) != UNCONDITIONAL:
                raise
            if self.etag(key) not in {etag, None}:
                raise ConflictError(key) from error
            self._s3.delete_object(Bucket=self._bucket, Key=key)


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
