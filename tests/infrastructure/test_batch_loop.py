"""From a queue to documents, with moto, through a loop that does what Lambda's poller does."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from asr.settings import Settings
from handlers import batch
from handlers.sqs_retry import PatientProcessor
from tests.support import s3_events, toy_model
from tests.support.api_events import Context
from tests.support.batch_stores import S3Place, document
from tests.support.sqs_poller import MAX_RECEIVES, Queue, poll

ROOT = Path(__file__).parents[2]
HELLO = toy_model.wav("hello")


@pytest.fixture
def place(aws: None, toy_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> S3Place:
    place = S3Place.make()
    settings = Settings(model_uri=str(toy_bundle), output_bucket=place.output)
    monkeypatch.setattr(batch, "settings", settings)
    monkeypatch.setattr(batch, "processor", PatientProcessor(""))
    batch.warm_worker.cache_clear()
    return place


@pytest.fixture
def queue(aws: None) -> Queue:
    return Queue.make(visibility_seconds=1)


def function(event: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = batch.handler(event, Context())
    return answer


def send(queue: Queue, place: S3Place, key: str, content: bytes) -> None:
    written = place.put(key, content)
    event = s3_events.notification(key, eTag=written.etag, sequencer=written.sequencer)
    event["Records"][0]["s3"]["bucket"]["name"] = place.bucket
    boto3.client("sqs").send_message(QueueUrl=queue.url, MessageBody=json.dumps(event))


def drain(queue: Queue, invoke: Callable[[dict[str, Any]], dict[str, Any]] = function) -> None:
    """Poll until no message waits or is at work."""
    deadline = time.monotonic() + 60
    while True:
        if not poll(queue, invoke):
            if queue.counts()[:2] == (0, 0):
                return
            time.sleep(0.1)
        assert time.monotonic() < deadline


def test_what_was_put_is_answered_and_the_queue_is_empty(place, queue):
    boto3.client("sqs").send_message(
        QueueUrl=queue.url, MessageBody=json.dumps(s3_events.TEST_EVENT)
    )
    send(queue, place, "good", HELLO)
    send(queue, place, "bad", b"not audio")
    drain(queue)
    assert place.names() == {"good.json", "bad.error.json"}
    assert queue.counts() == (0, 0, 0)


def test_what_fails_is_received_three_times_and_lies_in_the_dead_letters(place, queue):
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


def test_a_dead_letter_that_is_sent_back_is_answered(place, queue):
    etag = place.outputs().put("a.json", b"{}", "application/json", None)
    send(queue, place, "a", HELLO)
    drain(queue)
    place.outputs().delete("a.json", etag)
    sqs = boto3.client("sqs")
    (dead,) = sqs.receive_message(QueueUrl=queue.dead_url)["Messages"]
    sqs.send_message(QueueUrl=queue.url, MessageBody=dead["Body"])
    drain(queue)
    assert document(place, "a.json")["transcript"] == "hello"


def test_workers_that_are_killed_lose_and_double_nothing():
    """The stress run of `benchmarks.batch_stress`, small."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.batch_stress"]
    options = "--objects 60 --workers 2 --kill-seconds 2 --function-seconds 17".split()
    clips = [str(path) for path in sorted((ROOT / "samples").glob("*.flac"))]
    run = subprocess.run(
        [*command, *clips, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(run.stdout)
    assert (figures["faults"], figures["messages_left"]) == ([], 0)
    assert figures["kills"] > 1
