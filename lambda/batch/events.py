"""Every shape in which objects are announced in, the same `ObjectEvent` out.

An S3 notification or an EventBridge event, alone or in an SQS message, and the items of a Step
Functions Distributed Map. Keys come out decoded, each as its source encodes it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

Members = Mapping[str, Any]


class UnknownEventError(ValueError):
    """The event is none of those that are known."""


@dataclass(frozen=True)
class ObjectEvent:
    """That an object was written.

    Attributes
    ----------
    etag, version_id : str
        Of what was written, without quotes; empty where the event does not tell.
    sequencer : str
        Hexadecimal; orders the events of one key. Empty where the event does not tell: those of
        a Distributed Map, or of a folder.
    """

    bucket: str
    key: str
    etag: str = ""
    version_id: str = ""
    sequencer: str = ""


def is_older(sequencer: str, other: str) -> bool:
    """Whether an event came before another of the same key: hexadecimal, of differing lengths."""
    width = max(len(sequencer), len(other))
    return sequencer.rjust(width, "0").lower() < other.rjust(width, "0").lower()


def is_queue(event: Members) -> bool:
    """Whether the event is a batch of SQS messages, each of which is read by `read_message`."""
    records = event.get("Records") or [{}]
    return bool(records[0].get("eventSource") == "aws:sqs")


def read(event: Members) -> list[ObjectEvent]:
    """Objects written, of an event that is no batch of messages; none of a test or a deletion.

    Folders, as the console makes them, are no objects here: empty, of a key that ends in a slash.

    Raises
    ------
    UnknownEventError
        If it has no shape that is known.
    """
    try:
        return [written for written in _written(event) if not written.key.endswith("/")]
    except (KeyError, TypeError, AttributeError) as error:
        raise UnknownEventError("neither of S3, nor of EventBridge, nor items of a map") from error


def read_message(body: str) -> list[ObjectEvent]:
    """Objects written, of the body of one SQS message; raises as `read` does."""
    try:
        return read(json.loads(body))
    except json.JSONDecodeError as error:
        raise UnknownEventError("the message is not JSON") from error


def _written(event: Members) -> Iterator[ObjectEvent]:
    """Objects written, by the shape of the event."""
    if "Items" in event:
        return _items(event)
    if "detail-type" in event:
        return _event_bridge(event)
    if event.get("Event") == "s3:TestEvent":  # S3 sends it when notifications are set up
        return iter(())
    return _notification(event)


def _notification(event: Members) -> Iterator[ObjectEvent]:
    """Of S3's own notifications; the keys are encoded as in a form, a plus for a space."""
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


def _event_bridge(event: Members) -> Iterator[ObjectEvent]:
    """Of EventBridge; the keys are not encoded."""
    if event["source"] != "aws.s3":
        raise UnknownEventError(f"an event of {event['source']}")
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


def _items(event: Members) -> Iterator[ObjectEvent]:
    """Of a Distributed Map: items as ListObjectsV2 or an inventory of S3 gives them.

    `BatchInput` names their bucket; `{"keys": "encoded"}` in it says that the keys are encoded as
    in a form, which is how an inventory lists them.
    """
    batch = event["BatchInput"]
    decode = unquote_plus if batch.get("keys") == "encoded" else str
    for item in event["Items"]:
        if item.get("IsDeleteMarker") == "true":  # what is left of a deleted object
            continue
        etag = item.get("Etag") or item.get("ETag") or ""
        yield ObjectEvent(batch["bucket"], decode(item["Key"]), etag.strip('"'))
