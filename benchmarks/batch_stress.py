"""Stress test of batch transcription: many objects, and workers that are killed.

`python -m benchmarks.batch_stress CLIP... --objects 1000` puts objects made of the clips into a
bucket of moto's server. Of each 20, one is damaged, one is announced twice, one is overwritten
before it is announced, newest first, and one while it is processed. Workers poll the queue as
Lambda does and call the batch function; every few seconds one is killed. It prints the figures as
JSON, and exits with 1 unless each object has exactly one output, of its newest version, and the
queues are empty.
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

from benchmarks.batch_objects import INPUT, OUTPUT, Objects, find_faults
from benchmarks.batch_worker_pool import WorkerPool, fork_server
from tests.support import aws
from tests.support.sqs_poller import Queue

VISIBILITY_FACTOR = 1.4  # visibility time-out of messages over the function's time-out
PAUSE_SECONDS = 0.1  # between checks


def run_until_empty(objects: Objects, workers: WorkerPool) -> None:
    """Let the workers run, killing one at a time, until the queue is empty."""
    while True:
        workers.kill_one_when_due()
        objects.overwrite_leased()
        waiting, hidden, _ = objects.queue.counts()
        if not waiting and not hidden:
            if not objects.to_overwrite:
                return
            for key in list(objects.to_overwrite):  # these were never seen in progress
                objects.overwrite(key)
        time.sleep(PAUSE_SECONDS)


def redrive(queue: Queue) -> None:
    """Redrive the dead letters message by message; moto's server has no request for it."""
    sqs = boto3.client("sqs")
    while messages := sqs.receive_message(QueueUrl=queue.dead_url).get("Messages", []):
        for message in messages:
            sqs.send_message(QueueUrl=queue.url, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=queue.dead_url, ReceiptHandle=message["ReceiptHandle"])


def measure(
    clips: Sequence[bytes],
    count: int,
    worker_count: int,
    kill_seconds: float,
    function_seconds: float,
) -> dict[str, Any]:
    """Run the stress test; returns the figures. Changes the environment of this process."""
    with aws.server() as url, tempfile.TemporaryDirectory() as directory:
        os.environ.update(aws.access(url) | {"OUTPUT_BUCKET": OUTPUT, "OMP_NUM_THREADS": "1"})
        os.environ.update(POWERTOOLS_SERVICE_NAME="stress", POWERTOOLS_METRICS_DISABLED="true")
        for bucket in (INPUT, OUTPUT):
            boto3.client("s3").create_bucket(Bucket=bucket)
        queue = Queue.make(round(function_seconds * VISIBILITY_FACTOR))
        os.environ["QUEUE_URL"] = queue.url
        fork_server.set_forkserver_preload(["benchmarks.batch_worker"])
        objects = Objects(clips, queue)
        objects.fill(count)
        log = Path(directory) / "log"
        started = time.monotonic()
        workers = WorkerPool(worker_count, (queue, function_seconds, str(log)), kill_seconds)
        try:
            run_until_empty(objects, workers)
            dead = queue.counts()[2]
            redrive(queue)
            run_until_empty(objects, workers)
        finally:
            workers.stop()
        return {
            "objects": count,
            "messages": objects.announced,
            "overwritten_in_progress": objects.overwritten_in_progress,
            "workers": worker_count,
            "kills": workers.kills,
            "seconds": round(time.monotonic() - started),
            "outcomes": dict(outcomes(log)),
            "dead_letters_before_redrive": dead,
            "messages_left": sum(queue.counts()),
            "faults": find_faults(objects),
        }


def outcomes(log: Path) -> Counter[str]:
    """Count the outcomes in the log of the batch function."""
    counts: Counter[str] = Counter()
    for line in log.read_text().splitlines():
        record = json.loads(line)
        if "status" in record:
            counts[record["status"]] += 1
        elif "key" in record and "reason" in record:  # to be retried
            counts[record["reason"].partition("(")[0]] += 1
    return counts


def main() -> int:
    """Read the command line, print the figures; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--objects", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kill-seconds", type=float, default=3.0)
    # Time-out of the function, hence the duration of the lease of a killed worker.
    parser.add_argument("--function-seconds", type=float, default=25.0)
    options = parser.parse_args()
    figures = measure(
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
