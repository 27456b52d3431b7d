"""Batch under fire: many objects, workers that are killed, and what is left at the end.

`python -m benchmarks.batch_stress CLIP... --objects 1000` puts objects made of the clips into a
bucket of moto's server. Of each 20, one is damaged, one is announced twice, one is overwritten
before it is announced, newest first, and one while a worker is at it. Workers take messages as
Lambda does and call the batch function; every few seconds one is killed. It prints as JSON what
happened, and exits with 1 unless there is exactly one answer to each object, to its newest state,
and nothing left in the queues.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3

from benchmarks.batch_crew import Crew, fork_server
from benchmarks.batch_objects import INPUT, OUTPUT, Objects, faults
from tests.support import aws
from tests.support.sqs_poller import Queue

VISIBILITY_MARGIN = 10  # seconds by which a message is hidden longer than a function may take
PAUSE_SECONDS = 0.1  # between looks at what is going on


def run_until_empty(objects: Objects, crew: Crew) -> None:
    """Let the crew work, and be killed, until no message waits or is at work."""
    while True:
        crew.kill_one_if_it_is_time()
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


def run(
    clips: Sequence[bytes], count: int, workers: int, kill_seconds: float, function_seconds: float
) -> dict[str, Any]:
    """Run all of it; returns the figures. Changes the environment of this process."""
    with aws.server() as url, tempfile.TemporaryDirectory() as directory:
        os.environ.update(aws.access(url) | {"OUTPUT_BUCKET": OUTPUT, "OMP_NUM_THREADS": "1"})
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
        crew = Crew(workers, (queue, function_seconds, str(log)), kill_seconds)
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
