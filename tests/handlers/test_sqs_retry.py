"""When failed messages come back, by a queue with moto."""

import time

import boto3
import pytest
from aws_lambda_powertools.utilities.batch import process_partial_response

from batch.deadline import RetryLaterError
from handlers.sqs_retry import (
    LONG_PAUSE_SECONDS,
    PAUSE_SECONDS,
    PatientProcessor,
    pause,
)
from tests.support import s3_events


@pytest.fixture
def queue_url(aws) -> str:
    """A queue whose own time-out outlasts this test by far."""
    url: str = boto3.client("sqs").create_queue(
        QueueName=f"q-{time.monotonic_ns()}", Attributes={"VisibilityTimeout": "5400"}
    )["QueueUrl"]
    return url


def receive(url):
    """The messages that there are, as Lambda hands them on."""
    found = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    event = s3_events.messages(*(message["Body"] for message in found.get("Messages", [])))
    for record, message in zip(event["Records"], found.get("Messages", []), strict=True):
        record |= {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"]}
    return event


def fail(failure):
    def handler(record):
        raise failure

    return handler


def test_a_failed_message_comes_back_when_the_failure_says(queue_url):
    boto3.client("sqs").send_message(QueueUrl=queue_url, MessageBody="hello")
    processor = PatientProcessor(queue_url)
    event = receive(queue_url)
    failures = process_partial_response(event, fail(RetryLaterError("busy", 0.2)), processor)
    (failed,) = failures["batchItemFailures"]
    assert failed["itemIdentifier"] == event["Records"][0]["messageId"]
    assert receive(queue_url)["Records"] == []
    time.sleep(1.2)
    assert receive(queue_url)["Records"][0]["body"] == "hello"


@pytest.mark.parametrize(
    ("failure", "receives", "seconds"),
    [
        (OSError(), 1, PAUSE_SECONDS),
        (OSError(), 2, LONG_PAUSE_SECONDS),
        (OSError(), 3, LONG_PAUSE_SECONDS),
        (RetryLaterError("busy", 99.5), 2, 100),
    ],
)
def test_the_pause_depends_on_the_failure(failure, receives, seconds):
    assert pause(failure, receives) == seconds


def test_a_message_that_cannot_be_postponed_fails_all_the_same(queue_url):
    event = s3_events.messages("hello")  # with a receipt that the queue does not know
    failures = process_partial_response(event, fail(OSError()), PatientProcessor(queue_url))
    assert failures == {"batchItemFailures": [{"itemIdentifier": "0"}]}


def test_without_a_queue_nothing_is_postponed():
    event = s3_events.messages("hello")
    failures = process_partial_response(event, fail(OSError()), PatientProcessor(""))
    assert failures == {"batchItemFailures": [{"itemIdentifier": "0"}]}
