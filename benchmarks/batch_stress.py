"""Batch under fire: many objects, workers that are killed, and what is left at the end.

`python -m benchmarks.batch_stress CLIP... --objects 1000` puts objects made of the clips into a
bucket of moto's server. Of each 20, one is damaged, one is announced twice, one is overwritten
before it is announced, newest first, and one while a worker is at it. Workers take messages as
Lambda does and call the batch function; every few seconds one is killed. It prints as JSON what
happened, and exits with 1 unless there is exactly one answer to each object, to its newest state,
and nothing left in the queues.
"""

import argparse
import itertools
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import boto3

from batch import keys
from tests import cloud
from tests.batch import announcements
from tests.poller import Queue

INPUT, OUTPUT = "audio", "transcripts"
SHARE = 20
VISIBILITY_MARGIN = 10  # seconds by which a message is hidden longer than a function may take
PAUSE_SECONDS = 0.1  # between looks at what is going on
fork_server = get_context("forkserver")


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
        self._sequencers = itertools.count(0xFFF0)  # they grow longer on the way

    def fill(self, count: int) -> None:
        """Put and announce all objects, in random order."""
        messages: list[str] = []
        for number in range(count):
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
                messages.append(event)
            if kind == 3:
                messages.append(self.put(key, self.other(content)))
            messages.append(event)
        random.shuffle(messages)
        for message in messages:
            self.announce(message)

    def other(self, content: bytes) -> bytes:
        """Another clip."""
        return next(clip for clip in self.clips if clip != content)

    def put(self, key: str, content: bytes) -> str:
        """Write an object; returns what S3 would announce."""
        etag = self._s3.put_object(Bucket=INPUT, Key=key, Body=content)["ETag"].strip('"')
        self.etags[key] = etag
        sequencer = f"{next(self._sequencers):X}"
        event = announcements.notification(quote_plus(key), eTag=etag, sequencer=sequencer)
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
        listed = self._s3.list_objects_v2(Bucket=OUTPUT, Prefix=keys.LEASES).get("Contents", [])
        leased = {found["Key"] for found in listed}
        for key in [key for key in self.to_overwrite if keys.lease_key(key) in leased]:
            self.overwrite(key)
            self.overwritten_at_work += 1


@dataclass
class Workers:
    """Processes of which one is killed from time to time, and replaced."""

    count: int
    arguments: tuple[Any, ...]
    kill_seconds: float
    kills: int = 0

    def __post_init__(self) -> None:
        self._running = [self._start() for _ in range(self.count)]
        self._next = time.monotonic() + self.kill_seconds

    def _start(self) -> BaseProcess:
        from benchmarks.batch_worker import work  # noqa: PLC0415 - reads the environment

        process = fork_server.Process(target=work, args=self.arguments, daemon=True)
        process.start()
        return process

    def kill_one_if_it_is_time(self) -> None:
        """Kill one, with a signal that it cannot catch."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self.kill_seconds
        index = random.randrange(self.count)
        self._running[index].kill()
        self._running[index].join()
        self._running[index] = self._start()
        self.kills += 1

    def stop(self) -> None:
        """Kill all."""
        for process in self._running:
            process.kill()
            process.join()


def run_until_empty(objects: Objects, workers: Workers) -> None:
    """Let the workers work, and be killed, until no message waits or is at work."""
    while True:
        workers.kill_one_if_it_is_time()
        objects.overwrite_at_work()
        waiting, hidden, _ = objects.queue.counts()
        if not waiting and not hidden:
            if not objects.to_overwrite:
                return
            for key in list(objects.to_overwrite):  # nobody was seen at these
                objects.overwrite(key)
        time.sleep(PAUSE_SECONDS)


def redrive(queue: Queue) -> None:
    """Send the dead letters back, which moto's server has no request for."""
    sqs = boto3.client("sqs")
    while messages := sqs.receive_message(QueueUrl=queue.dead_url).get("Messages", []):
        for message in messages:
            sqs.send_message(QueueUrl=queue.url, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=queue.dead_url, ReceiptHandle=message["ReceiptHandle"])


def faults(objects: Objects) -> list[str]:
    """What is not as it has to be in the output bucket."""
    s3 = boto3.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=OUTPUT)
    names = {found["Key"] for page in pages for found in page.get("Contents", [])}
    names = {name for name in names if not name.startswith(keys.LEASES)}
    found = []
    for key, etag in objects.etags.items():
        wanted = keys.error_key(key) if key in objects.damaged else keys.result_key(key)
        answers = {keys.error_key(key), keys.result_key(key)} & names
        if answers != {wanted}:
            found.append(f"{key}: {sorted(answers)}")
            continue
        document = json.load(s3.get_object(Bucket=OUTPUT, Key=wanted)["Body"])
        if document["source"]["etag"] != etag:
            found.append(f"{key}: not the newest state")
    strays = names - {f(key) for key in objects.etags for f in (keys.error_key, keys.result_key)}
    return found + [f"{name}: of no object" for name in sorted(strays)]


def run(
    clips: Sequence[bytes], count: int, workers: int, kill_seconds: float, function_seconds: float
) -> dict[str, Any]:
    """Run all of it; returns the figures. Changes the environment of this process."""
    with cloud.server() as url, tempfile.TemporaryDirectory() as directory:
        os.environ.update(cloud.access(url) | {"OUTPUT_BUCKET": OUTPUT, "OMP_NUM_THREADS": "1"})
        os.environ.update(POWERTOOLS_SERVICE_NAME="stress", POWERTOOLS_METRICS_DISABLED="true")
        for bucket in (INPUT, OUTPUT):
            boto3.client("s3").create_bucket(Bucket=bucket)
        queue = Queue.make(round(function_seconds) + VISIBILITY_MARGIN)
        os.environ["QUEUE_URL"] = queue.url
        fork_server.set_forkserver_preload(["benchmarks.batch_worker"])
        objects = Objects(clips, queue)
        objects.fill(count)
        log = Path(directory) / "log"
        started = time.monotonic()
        crew = Workers(workers, (queue, function_seconds, str(log)), kill_seconds)
        try:
            run_until_empty(objects, crew)
            dead = queue.counts()[2]
            redrive(queue)
            run_until_empty(objects, crew)
        finally:
            crew.stop()
        return {
            "objects": count,
            "messages": objects.announced,
            "overwritten_at_work": objects.overwritten_at_work,
            "workers": workers,
            "kills": crew.kills,
            "seconds": round(time.monotonic() - started),
            "ends": dict(ends(log)),
            "dead_letters_before_redrive": dead,
            "messages_left": sum(queue.counts()),
            "faults": faults(objects),
        }


def ends(log: Path) -> Counter[str]:
    """How messages ended, as the function's logs tell."""
    told: Counter[str] = Counter()
    for line in log.read_text().splitlines():
        members = json.loads(line)
        if members.get("message") == "answered":
            told[members["status"]] += 1
        elif members.get("message") == "to be tried again":
            told[members["reason"].partition("(")[0]] += 1
    return told


def main() -> int:
    """Read the command line, print the figures; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--objects", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kill-seconds", type=float, default=3.0)
    # A function's time-out, hence how long the lease of a killed one counts.
    parser.add_argument("--function-seconds", type=float, default=25.0)
    options = parser.parse_args()
    figures = run(
        [path.read_bytes() for path in options.clips],
        options.objects,
        options.workers,
        options.kill_seconds,
        options.function_seconds,
    )
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return 1 if figures["faults"] or figures["messages_left"] else 0


if __name__ == "__main__":
    sys.exit(main())
