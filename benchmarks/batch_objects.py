"""What the stress test puts into the input bucket and announces, and what has to come of it."""

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
SHARE = 20  # of so many objects one is damaged, one announced twice, and so on


@dataclass
class Objects:
    """What is in the input bucket, and what is to be expected of it."""

    clips: Sequence[bytes]
    queue: Queue
    etags: dict[str, str] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)
    to_overwrite: set[str] = field(default_factory=set)
    announced: int = 0
    overwritten_at_work: int = 0

    def __post_init__(self) -> None:
        self._s3, self._sqs = boto3.client("s3"), boto3.client("sqs")
        self._sequencers = count(0xFFF0)  # they grow longer on the way

    def fill(self, objects: int) -> None:
        """Put and announce all objects, in random order."""
        messages: list[list[str]] = []  # in random order, but each of these in its own
        for number in range(objects):
            key = f"in/{number:05} é+ 100%.flac"
            kind = number % SHARE
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
        """Another clip."""
        return next(clip for clip in self.clips if clip != content)

    def put(self, key: str, content: bytes) -> str:
        """Write an object; returns what S3 would announce."""
        etag = self._s3.put_object(Bucket=INPUT, Key=key, Body=content)["ETag"].strip('"')
        self.etags[key] = etag
        sequencer = f"{next(self._sequencers):X}"
        event = s3_events.notification(quote_plus(key), eTag=etag, sequencer=sequencer)
        event["Records"][0]["s3"]["bucket"]["name"] = INPUT
        return json.dumps(event)

    def announce(self, message: str) -> None:
        """Tell the queue."""
        self._sqs.send_message(QueueUrl=self.queue.url, MessageBody=message)
        self.announced += 1

    def overwrite(self, key: str) -> None:
        """Put another clip in the place of one, and announce it."""
        content = self._s3.get_object(Bucket=INPUT, Key=key)["Body"].read()
        self.announce(self.put(key, self.other(content)))
        self.to_overwrite.discard(key)

    def overwrite_at_work(self) -> None:
        """Overwrite those at which a worker is."""
        listed = self._s3.list_objects_v2(Bucket=OUTPUT, Prefix=object_keys.LEASES).get(
            "Contents", []
        )
        leased = {found["Key"] for found in listed}
        for key in [key for key in self.to_overwrite if object_keys.lease_key(key) in leased]:
            self.overwrite(key)
            self.overwritten_at_work += 1


def faults(objects: Objects) -> list[str]:
    """What is not as it has to be in the output bucket."""
    s3 = boto3.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=OUTPUT)
    names = {found["Key"] for page in pages for found in page.get("Contents", [])}
    names = {name for name in names if not name.startswith(object_keys.LEASES)}
    found = []
    for key, etag in objects.etags.items():
        wanted = (
            object_keys.error_key(key) if key in objects.damaged else object_keys.result_key(key)
        )
        answers = {object_keys.error_key(key), object_keys.result_key(key)} & names
        if answers != {wanted}:
            found.append(f"{key}: {sorted(answers)}")
            continue
        document = json.load(s3.get_object(Bucket=OUTPUT, Key=wanted)["Body"])
        if document["source"]["etag"] != etag:
            found.append(f"{key}: not the newest state")
    strays = names - {
        f(key) for key in objects.etags for f in (object_keys.error_key, object_keys.result_key)
    }
    return found + [f"{name}: of no object" for name in sorted(strays)]
