"""Input and output stores in S3, on conditional requests."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from asr.errors import AudioGoneError
from batch.documents import SourceObject
from batch.range_file import RangeFile
from batch.store import ConflictError, InputAudio, SourceChangedError, StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Error codes of S3.
NOT_FOUND = {"404", "NoSuchKey", "NoSuchBucket", "NoSuchVersion"}
# 409: two conditional writes at the same time.
CONFLICTS = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}
# S3 has conditional deletion since 2025; compatible servers may lack it, as LocalStack 4.14 does.
NOT_IMPLEMENTED = "NotImplemented"
# User metadata of an object, x-amz-meta-...
FORMATS, DECODER, PUNCTUATE = "formats", "decoder", "punctuate"
VOCABULARY, VOCABULARY_KEY = "vocabulary", "vocabulary-key"
CHANNELS, CHANNEL_NAMES = "channels", "channel-names"
RANGE_ATTEMPTS = 4
RANGE_RETRY_SECONDS = 0.5  # doubled after each attempt


def client() -> "S3Client":
    """S3 client with generous time-outs and retries."""
    return boto3.client(
        "s3",
        config=Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": 5},
        ),
    )


class S3InputStore:
    """Audio objects in any bucket."""

    def __init__(self, s3: "S3Client") -> None:
        self._s3 = s3

    def head(self, bucket: str, key: str) -> InputAudio:
        """See `InputStore`."""
        try:
            head = self._s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if _code(error) in NOT_FOUND:
                raise AudioGoneError(f"The object {key!r} does not exist any more.") from error
            raise
        source = SourceObject(
            bucket=bucket,
            key=key,
            etag=head["ETag"].strip('"'),
            version_id=head.get("VersionId"),
            size=head["ContentLength"],
            last_modified=head["LastModified"].isoformat(),
        )
        metadata = head["Metadata"]
        return InputAudio(
            source,
            metadata.get(FORMATS),
            metadata.get(DECODER),
            metadata.get(PUNCTUATE),
            metadata.get(VOCABULARY),
            metadata.get(VOCABULARY_KEY),
            metadata.get(CHANNELS),
            metadata.get(CHANNEL_NAMES),
        )

    @contextmanager
    def open(self, source: SourceObject) -> Iterator[BinaryIO]:
        """See `InputStore`."""

        def fetch(start: int, end: int) -> bytes:
            return self._get_range(source, start, end)

        yield cast(BinaryIO, RangeFile(fetch, source.size or 0))

    def _get_range(self, source: SourceObject, start: int, end: int) -> bytes:
        """Bytes [start, end), retried here: boto3 does not retry a body that breaks off."""
        for attempt in range(RANGE_ATTEMPTS - 1):
            try:
                return self._get(source, start, end)
            except BotoCoreError:
                time.sleep(RANGE_RETRY_SECONDS * 2**attempt)
        return self._get(source, start, end)

    def _get(self, source: SourceObject, start: int, end: int) -> bytes:
        try:
            response = self._s3.get_object(
                Bucket=source.bucket,
                Key=source.key,
                IfMatch=f'"{source.etag}"',
                Range=f"bytes={start}-{end - 1}",
            )
        except ClientError as error:
            if _code(error) in NOT_FOUND | CONFLICTS:
                raise SourceChangedError(source.key) from error
            raise
        return response["Body"].read()


class S3OutputStore:
    """One bucket of output documents."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def get(self, key: str) -> StoredObject | None:
        """See `OutputStore`."""
        try:
            response = self._s3.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if _code(error) in NOT_FOUND:
                return None
            raise
        return StoredObject(response["Body"].read(), response["ETag"])

    def etag(self, key: str) -> str | None:
        """See `OutputStore`."""
        try:
            return self._s3.head_object(Bucket=self._bucket, Key=key)["ETag"]
        except ClientError as error:
            if _code(error) in NOT_FOUND:
                return None
            raise

    def put(self, key: str, body: bytes, media_type: str, replaces: str | None) -> str:
        """See `OutputStore`."""
        condition = {"IfNoneMatch": "*"} if replaces is None else {"IfMatch": replaces}
        try:
            return self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=media_type,
                **condition,  # type: ignore[arg-type]  # one of two keys
            )["ETag"]
        except ClientError as error:
            if _code(error) not in NOT_FOUND | CONFLICTS:
                raise
            stored = self.get(key)
            if stored is not None and stored.body == body:
                return stored.etag
            raise ConflictError(key) from error

    def delete(self, key: str, etag: str) -> None:
        """See `OutputStore`."""
        try:
            self._s3.delete_object(Bucket=self._bucket, Key=key, IfMatch=etag)
        except ClientError as error:
            if _code(error) in NOT_FOUND:
                return
            if _code(error) in CONFLICTS:
                raise ConflictError(key) from error
            if _code(error) != NOT_IMPLEMENTED:
                raise
            if self.etag(key) not in {etag, None}:
                raise ConflictError(key) from error
            self._s3.delete_object(Bucket=self._bucket, Key=key)


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
