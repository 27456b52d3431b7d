"""Input objects of the batch stress test, their events, and the check of their output."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from urllib.parse import quote_plus

import boto3

from batch import object_keys
from tests.support import s3_events
from tests.support.sqs_poller import Queue

INPUT, OUTPUT = "audio", "transcripts"
CYCLE = 20  # of 20 objects one is damaged, one is announced twice, and so on


@dataclass
class Objects:
    """Objects of the input bucket and their expected output."""

    clips: Sequence[bytes]
    queue: Queue
    etags: dict[str, str] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)
    to_overwrite: set[str] = field(default_factory=set)
    announced: int = 0
    overwritten_in_progress: int = 0

    def __post_init__(self) -> None:
        self._s3, self._sqs = boto3.client("s3"), boto3.client("sqs")
        self._sequencers = count(0xFFF0)  # their length grows during the run

    def fill(self, objects: int) -> None:
        """Put all objects, and announce them in random order."""
        messages: list[list[str]] = []  # shuffled, each inner list in order
        for number in range(objects):
            key = f"in/{number:05} é+ 100%.flac"
            kind = number % CYCLE
            content = self.clips[number % len(self.clips)]
            if kind == 0:
                self.damaged.add(key)
                content = b"fLaC" + random.randbytes(100)
            elif kind == 1:
                self.to_overwrite.add(key)
            event = self.put(key, content)
            if kind == 2:
                messages.append([event, event])
            elif kind == 3:
                messages.append([self.put(key, self.other(content)), event])
            else:
                messages.append([event])
        random.shuffle(messages)
        for message in chain.from_iterable(messages):
            self.announce(message)

    def other(self, content: bytes) -> bytes:
        """Clip that differs from `content`."""
        return next(clip for clip in self.clips if clip != content)

    def put(self, key: str, content: bytes) -> str:
        """Put an object; returns the body of its S3 notification."""
        etag = self._s3.put_object(Bucket=INPUT, Key=key, Body=content)["ETag"].strip('"')
        self.etags[key] = etag
        sequencer = f"{next(self._sequencers):X}"
        event = s3_events.notification(quote_plus(key), eTag=etag, sequencer=sequencer)
        event["Records"][0]["s3"]["bucket"]["name"] = INPUT
        return json.dumps(event)

    def announce(self, message: str) -> None:
        """Send a notification to the queue."""
        self._sqs.send_message(QueueUrl=self.queue.url, MessageBody=message)
        self.announced += 1

    def overwrite(self, key: str) -> None:
        """Replace an object by another clip, and announce it."""
        content = self._s3.get_object(Bucket=INPUT, Key=key)["Body"].read()
        self.announce(self.put(key, self.other(content)))
        self.to_overwrite.discard(key)

    def overwrite_leased(self) -> None:
        """Overwrite objects that are being processed."""
        listed = self._s3.list_objects_v2(Bucket=OUTPUT, Prefix=object_keys.LEASES).get(
            "Contents", []
        )
        leased = {found["Key"] for found in listed}
        for key in [key for key in self.to_overwrite if object_keys.lease_key(key) in leased]:
            self.overwrite(key)
            self.overwritten_in_progress += 1


def find_faults(objects: Objects) -> list[str]:
    """Compare the output bucket with the expected output; returns a line for each difference."""
    s3 = boto3.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=OUTPUT)
    names = {found["Key"] for page in pages for found in page.get("Contents", [])}
    names = {name for name in names if not name.startswith(object_keys.LEASES)}
    faults = []
    for key, etag in objects.etags.items():
        expected = (
            object_keys.error_key(key) if key in objects.damaged else object_keys.result_key(key)
        )
        found_keys = {object_keys.error_key(key), object_keys.result_key(key)} & names
        if found_keys != {expected}:
            faults.append(f"{key}: {sorted(found_keys)}")
            continue
        document = json.load(s3.get_object(Bucket=OUTPUT, Key=expected)["Body"])
        if document["source"]["etag"] != etag:
            faults.append(f"{key}: output of an older version")
    strays = names - {
        f(key) for key in objects.etags for f in (object_keys.error_key, object_keys.result_key)
    }
    return faults + [f"{name}: not the output of any object" for name in sorted(strays)]
