"""Delays of failed messages, with a queue of moto."""

import secrets

import boto3
import pytest
from aws_lambda_powertools.utilities.batch import process_partial_response

from batch.deadline import RetryLaterError
from handlers.sqs_retry import (
    FIRST_RETRY_SECONDS,
    RETRY_SECONDS,
    BackoffBatchProcessor,
    retry_delay,
)
from tests.support import s3_events
from tests.support.waiting import wait_until


@pytest.fixture
def queue_url(aws) -> str:
    """A queue whose visibility time-out is much longer than this test."""
    url: str = boto3.client("sqs").create_queue(
        QueueName=f"q-{secrets.token_hex(8)}", Attributes={"VisibilityTimeout": "5400"}
    )["QueueUrl"]
    return url


def receive(url):
    """Receive all messages, as an event of Lambda."""
    found = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    event = s3_events.messages(*(message["Body"] for message in found.get("Messages", [])))
    for record, message in zip(event["Records"], found.get("Messages", []), strict=True):
        record |= {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"]}
    return event


def fail(failure):
    def handler(record):
        raise failure

    return handler


def test_a_failed_message_is_delivered_again_after_the_delay_of_the_error(queue_url):
    boto3.client("sqs").send_message(QueueUrl=queue_url, MessageBody="hello")
    processor = BackoffBatchProcessor(queue_url)
    event = receive(queue_url)
    failures = process_partial_response(event, fail(RetryLaterError("busy", 0.2)), processor)
    (failed,) = failures["batchItemFailures"]
    assert failed["itemIdentifier"] == event["Records"][0]["messageId"]
    assert receive(queue_url)["Records"] == []
    wait_until(lambda: receive(queue_url)["Records"], timeout=30)


@pytest.mark.parametrize(
    ("failure", "receives", "seconds"),
    [
        (OSError(), 1, FIRST_RETRY_SECONDS),
        (OSError(), 2, RETRY_SECONDS),
        (OSError(), 3, RETRY_SECONDS),
        (RetryLaterError("busy", 99.5), 2, 100),
    ],
)
def test_the_delay_depends_on_the_error(failure, receives, seconds):
    assert retry_delay(failure, receives) == seconds


def test_a_message_whose_time_out_cannot_be_changed_is_reported_as_failed(queue_url):
    event = s3_events.messages("hello")  # its receipt handle is invalid
    failures = process_partial_response(event, fail(OSError()), BackoffBatchProcessor(queue_url))
    assert failures == {"batchItemFailures": [{"itemIdentifier": "0"}]}


def test_without_a_queue_url_no_time_out_is_changed():
    event = s3_events.messages("hello")
    failures = process_partial_response(event, fail(OSError()), BackoffBatchProcessor(""))
    assert failures == {"batchItemFailures": [{"itemIdentifier": "0"}]}
