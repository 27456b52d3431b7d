"""SQS event source of Lambda: receive, invoke, delete the messages that did not fail.

Visibility time-outs and the dead-letter queue are left to the SQS server.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Event = dict[str, Any]
MAX_RECEIVES = 3


@dataclass(frozen=True)
class Queue:
    """Queue with a dead-letter queue, as in the template."""

    url: str
    arn: str
    dead_url: str
    dead_arn: str

    @staticmethod
    def make(visibility_seconds: int) -> "Queue":
        sqs = boto3.client("sqs")
        name = uuid4().hex
        dead_url = sqs.create_queue(QueueName=f"dead-{name}")["QueueUrl"]
        dead_arn = _attribute(sqs, dead_url, "QueueArn")
        redrive = {"deadLetterTargetArn": dead_arn, "maxReceiveCount": MAX_RECEIVES}
        url = sqs.create_queue(
            QueueName=name,
            Attributes={
                "VisibilityTimeout": str(visibility_seconds),
                "RedrivePolicy": json.dumps(redrive),
            },
        )["QueueUrl"]
        return Queue(url, _attribute(sqs, url, "QueueArn"), dead_url, dead_arn)

    def counts(self) -> tuple[int, int, int]:
        """Numbers of visible messages, of hidden ones and of dead letters."""
        sqs = boto3.client("sqs")
        # In one request: between two, a message could move from one count to the other.
        counts = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]
        return (
            int(counts["ApproximateNumberOfMessages"]),
            int(counts["ApproximateNumberOfMessagesNotVisible"]),
            int(_attribute(sqs, self.dead_url, "ApproximateNumberOfMessages")),
        )


def _attribute(sqs: "SQSClient", url: str, name: Any) -> str:
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]


def poll(queue: Queue, function: Callable[[Event], Event]) -> bool:
    """Invoke the function with one message; returns whether there was one.

    After an exception the message stays hidden for its visibility time-out, as with Lambda.
    """
    sqs = boto3.client("sqs")
    received = sqs.receive_message(QueueUrl=queue.url, AttributeNames=["All"]).get("Messages", [])
    for message in received:
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": queue.arn,
            "awsRegion": "us-east-1",
        }
        response = function({"Records": [record]})
        if response == {"batchItemFailures": []}:
            sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
    return bool(received)
