"""Batch with LocalStack: S3 notifications to an SQS queue, sequencers, the real function.

The function runs in the image by `sam local start-lambda`, or without a container engine in the
runtime interface emulator.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from scripts.aws.redrive import redrive
from tests.support import interfaces
from tests.support.interfaces import (
    BRIDGE,
    Document,
    Environment,
    Invoke,
)
from tests.support.localstack import localstack
from tests.support.sqs_poller import MAX_RECEIVES, Queue, poll
from tests.support.waiting import wait_until

pytestmark = pytest.mark.e2e

AUDIO, TRANSCRIPTS = "audio", "transcripts"
VISIBILITY_SECONDS = 5
KEY = "in/a b+c 100% é 🎤.flac"


@dataclass(frozen=True)
class Stack:
    """Buckets, queue and function, connected as in the template."""

    queue: Queue
    invoke: Invoke

    def put(self, key: str, content: bytes, **metadata: str) -> None:
        boto3.client("s3").put_object(Bucket=AUDIO, Key=key, Body=content, Metadata=metadata)

    def names(self, prefix: str) -> set[str]:
        listed = boto3.client("s3").list_objects_v2(Bucket=TRANSCRIPTS, Prefix=prefix)
        return {found["Key"] for found in listed.get("Contents", [])}

    def document(self, name: str) -> Document:
        body = boto3.client("s3").get_object(Bucket=TRANSCRIPTS, Key=name)["Body"]
        document: Document = json.load(body)
        return document

    def drain(self, messages: int) -> list[Document]:
        """Process so many messages, which may be sent with a delay; returns their bodies."""
        bodies: list[Document] = []

        def invoke(event: Document) -> Document:
            bodies.append(json.loads(event["Records"][0]["body"]))
            return self.invoke(event)

        def is_done() -> bool:
            received = poll(self.queue, invoke)
            return not received and len(bodies) >= messages and self.queue.counts()[:2] == (0, 0)

        wait_until(is_done, timeout=240, describe=self.queue.counts)
        return bodies


@pytest.fixture(scope="module")
def stack(in_image: bool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    scratch = tmp_path_factory.mktemp("batch")
    address = BRIDGE if in_image else "127.0.0.1"
    with localstack(scratch / "localstack.log", address) as access, _environment(access):
        s3 = boto3.client("s3")
        for bucket in (AUDIO, TRANSCRIPTS):
            s3.create_bucket(Bucket=bucket)
        queue = Queue.make(VISIBILITY_SECONDS)
        s3.put_bucket_notification_configuration(
            Bucket=AUDIO,
            NotificationConfiguration={
                "QueueConfigurations": [{"QueueArn": queue.arn, "Events": ["s3:ObjectCreated:*"]}]
            },
        )
        with _function(in_image, {**access, "OUTPUT_BUCKET": TRANSCRIPTS}, scratch) as invoke:
            stack = Stack(queue, invoke)
            (test_event,) = stack.drain(1)
            assert test_event["Event"] == "s3:TestEvent"  # sent when notifications are configured
            yield stack


@contextmanager
def _environment(access: Environment) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in access.items():
            patch.setenv(name, value)
        yield


@contextmanager
def _function(in_image: bool, environment: Environment, scratch: Path) -> Iterator[Invoke]:
    """Batch function without its queue URL: failed messages keep the queue's time-out."""
    environment = {**environment, "QUEUE_URL": ""}
    if in_image:
        with interfaces.sam_start_lambda("BatchFunction", environment, scratch) as invoke:
            yield invoke
    else:
        log, handler = scratch / "emulator.log", "handlers.batch.handler"
        with interfaces.emulator(environment, log, in_image=False, handler=handler) as invoke:
            yield invoke


def test_uploaded_audio_is_transcribed_as_on_the_command_line(
    stack: Stack, hello: Path, command_line: Callable[[Path], Document]
):
    stack.put(KEY, hello.read_bytes(), formats="srt")
    (body,) = stack.drain(1)
    assert stack.names("in/") == {f"{KEY}.json", f"{KEY}.srt"}
    document, expected = stack.document(f"{KEY}.json"), command_line(hello)
    for name in ("transcript", "words", "confidence", "duration", "model"):
        assert document[name] == expected[name]
    (record,) = body["Records"]
    assert document["source"]["sequencer"] == record["s3"]["object"]["sequencer"]
    assert document["source"]["etag"] == record["s3"]["object"]["eTag"]


def test_the_newest_version_is_transcribed_in_any_order_of_events(stack: Stack, hello: Path):
    stack.put("again.flac", b"not audio")
    stack.put("again.flac", hello.read_bytes())
    first, second = stack.drain(2)
    assert stack.names("again") == {"again.flac.json"}
    for body in (second, first, second):
        boto3.client("sqs").send_message(QueueUrl=stack.queue.url, MessageBody=json.dumps(body))
    before = stack.document("again.flac.json")
    stack.drain(3)
    assert stack.document("again.flac.json") == before
    stack.put("again.flac", b"")
    stack.drain(1)
    assert stack.names("again") == {"again.flac.error.json"}
    assert stack.document("again.flac.error.json")["code"] == "empty_audio"


def test_a_message_that_failed_three_times_can_be_redriven(stack: Stack, hello: Path):
    s3 = boto3.client("s3")
    s3.put_object(Bucket=TRANSCRIPTS, Key="taken.flac.json", Body=b"by hand")
    stack.put("taken.flac", hello.read_bytes())
    assert len(stack.drain(MAX_RECEIVES)) == MAX_RECEIVES
    assert stack.queue.counts() == (0, 0, 1)
    s3.delete_object(Bucket=TRANSCRIPTS, Key="taken.flac.json")
    assert redrive(stack.queue.dead_arn) == 1
    wait_until(lambda: not stack.queue.counts()[2])
    stack.drain(1)
    assert stack.names("taken") == {"taken.flac.json"}
    assert stack.document("taken.flac.json")["duration"] > 2
