"""Parse the events that announce audio objects into `ObjectEvent`.

Supported are S3 notifications and EventBridge events, alone or in an SQS message, and item batches
of a Step Functions Distributed Map. Keys are decoded as each event source encodes them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from asr.audio.file_types import is_apple_double

LambdaEvent = Mapping[str, Any]


class UnknownEventError(ValueError):
    """The event has none of the supported shapes."""


@dataclass(frozen=True)
class ObjectEvent:
    """An object was written.

    Attributes
    ----------
    etag, version_id : str
        Of the written version, without quotes; empty if the event has none.
    sequencer : str
        Hexadecimal; orders the events of one key. Empty if the event has none: items of a
        Distributed Map, files of a folder.
    """

    bucket: str
    key: str
    etag: str = ""
    version_id: str = ""
    sequencer: str = ""


def is_older(sequencer: str, other: str) -> bool:
    """Compare the sequencers of one key: hexadecimal numbers of different lengths."""
    width = max(len(sequencer), len(other))
    return sequencer.rjust(width, "0").lower() < other.rjust(width, "0").lower()


def is_sqs_batch(event: LambdaEvent) -> bool:
    """Whether the event is a batch of SQS messages, to be parsed by `parse_message` one by one."""
    records = event.get("Records") or [{}]
    return bool(records[0].get("eventSource") == "aws:sqs")


def parse_event(event: LambdaEvent) -> list[ObjectEvent]:
    """Written objects of an event other than an SQS batch; test events and deletions have none.

    Folders made in the S3 console, empty objects whose key ends in a slash, are left out, and
    AppleDouble files, which macOS uploads beside each file.

    Raises
    ------
    UnknownEventError
        If the event has none of the supported shapes.
    """
    try:
        return [written for written in _parse(event) if not _is_passed_over(written.key)]
    except (KeyError, TypeError, AttributeError) as error:
        raise UnknownEventError(
            "expected an S3 notification, an EventBridge event or items of a Distributed Map"
        ) from error


def _is_passed_over(key: str) -> bool:
    return key.endswith("/") or is_apple_double(key)


def parse_message(body: str) -> list[ObjectEvent]:
    """Written objects of the body of one SQS message; raises as `parse_event` does."""
    try:
        return parse_event(json.loads(body))
    except json.JSONDecodeError as error:
        raise UnknownEventError("the message is not JSON") from error


def _parse(event: LambdaEvent) -> Iterator[ObjectEvent]:
    """Choose the parser by the shape of the event."""
    if "Items" in event:
        return _parse_items(event)
    if "detail-type" in event:
        return _parse_event_bridge(event)
    if event.get("Event") == "s3:TestEvent":  # sent by S3 when notifications are configured
        return iter(())
    return _parse_notification(event)


def _parse_notification(event: LambdaEvent) -> Iterator[ObjectEvent]:
    """S3 notification; keys are form-encoded, with a plus for a space."""
    for record in event["Records"]:
        if not record["eventName"].startswith("ObjectCreated:"):
            continue
        written = record["s3"]["object"]
        yield ObjectEvent(
            bucket=record["s3"]["bucket"]["name"],
            key=unquote_plus(written["key"]),
            etag=written.get("eTag", ""),
            version_id=written.get("versionId", ""),
            sequencer=written.get("sequencer", ""),
        )


def _parse_event_bridge(event: LambdaEvent) -> Iterator[ObjectEvent]:
    """EventBridge event; keys are not encoded."""
    if event["source"] != "aws.s3":
        raise UnknownEventError(f"expected an event of aws.s3, got one of {event['source']}")
    if event["detail-type"] != "Object Created":
        return
    written = event["detail"]["object"]
    yield ObjectEvent(
        bucket=event["detail"]["bucket"]["name"],
        key=written["key"],
        etag=written.get("etag", ""),
        version_id=written.get("version-id", ""),
        sequencer=written.get("sequencer", ""),
    )


def _parse_items(event: LambdaEvent) -> Iterator[ObjectEvent]:
    """Item batch of a Distributed Map over ListObjectsV2 or an S3 inventory.

    `BatchInput` names the bucket; `{"keys": "encoded"}` in it marks form-encoded keys, as in an
    inventory.
    """
    batch = event["BatchInput"]
    decode = unquote_plus if batch.get("keys") == "encoded" else str
    for item in event["Items"]:
        if item.get("IsDeleteMarker") == "true":  # a deleted object of a versioned bucket
            continue
        etag = item.get("Etag") or item.get("ETag") or ""
        yield ObjectEvent(batch["bucket"], decode(item["Key"]), etag.strip('"'))
