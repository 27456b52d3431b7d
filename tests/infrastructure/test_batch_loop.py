"""Batch function behind an SQS queue: from messages to output documents."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from asr.settings import Settings
from handlers import batch
from handlers.sqs_retry import BackoffBatchProcessor
from tests.support import s3_events, toy_model
from tests.support.api_events import Context
from tests.support.batch_stores import S3Place, document
from tests.support.sqs_poller import MAX_RECEIVES, Queue, poll
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
HELLO = toy_model.text_wav("hello")


@pytest.fixture
def place(aws: None, toy_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> S3Place:
    place = S3Place.make()
    settings = Settings(model_uri=str(toy_bundle), output_bucket=place.output)
    monkeypatch.setattr(batch, "settings", settings)
    monkeypatch.setattr(batch, "processor", BackoffBatchProcessor(""))
    batch.warm_worker.cache_clear()
    return place


@pytest.fixture
def queue(aws: None) -> Queue:
    return Queue.make(visibility_seconds=0)  # failed messages are visible immediately


def function(event: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = batch.handler(event, Context())
    return response


def send(queue: Queue, place: S3Place, key: str, content: bytes) -> None:
    written = place.put(key, content)
    event = s3_events.notification(key, eTag=written.etag, sequencer=written.sequencer)
    event["Records"][0]["s3"]["bucket"]["name"] = place.bucket
    boto3.client("sqs").send_message(QueueUrl=queue.url, MessageBody=json.dumps(event))


def drain(queue: Queue, invoke: Callable[[dict[str, Any]], dict[str, Any]] = function) -> None:
    """Poll until the queue is empty."""
    wait_until(
        lambda: not poll(queue, invoke) and queue.counts()[:2] == (0, 0), describe=queue.counts
    )


def test_announced_objects_are_processed_and_the_queue_is_emptied(place, queue):
    boto3.client("sqs").send_message(
        QueueUrl=queue.url, MessageBody=json.dumps(s3_events.TEST_EVENT)
    )
    send(queue, place, "good", HELLO)
    send(queue, place, "bad", b"not audio")
    drain(queue)
    assert place.names() == {"good.json", "bad.error.json"}
    assert queue.counts() == (0, 0, 0)


def test_a_message_that_fails_three_times_becomes_a_dead_letter(place, queue):
    place.outputs().put("a.json", b"{}", "application/json", None)
    send(queue, place, "a", HELLO)
    invocations = []

    def counted(event):
        invocations.append(event)
        return function(event)

    drain(queue, counted)
    assert len(invocations) == MAX_RECEIVES
    assert queue.counts() == (0, 0, 1)
    assert boto3.client("s3").get_object(Bucket=place.bucket, Key="a")["Body"].read() == HELLO


def test_a_redriven_dead_letter_is_processed(place, queue):
    etag = place.outputs().put("a.json", b"{}", "application/json", None)
    send(queue, place, "a", HELLO)
    drain(queue)
    place.outputs().delete("a.json", etag)
    sqs = boto3.client("sqs")
    (dead,) = sqs.receive_message(QueueUrl=queue.dead_url)["Messages"]
    sqs.send_message(QueueUrl=queue.url, MessageBody=dead["Body"])
    drain(queue)
    assert document(place, "a.json")["transcript"] == "hello"


def test_killed_workers_lose_and_duplicate_no_output():
    """Small run of `benchmarks.batch_stress`."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.batch_stress"]
    options = "--objects 24 --workers 2 --kill-seconds 2 --function-seconds 10".split()
    clips = [str(path) for path in sorted((ROOT / "samples").glob("*.flac"))]
    run = subprocess.run(
        [*command, *clips, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(run.stdout)
    assert (figures["faults"], figures["messages_left"]) == ([], 0)
    assert figures["kills"] > 1
