"""Redrive dead letters: python scripts/aws/redrive.py ARN-OF-DEAD-LETTER-QUEUE.

SQS moves the messages back to their source queue, in the background.
"""

import sys

import boto3


def redrive(dead_letters: str) -> int:
    """Start to move all messages; returns their approximate number."""
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=dead_letters.rpartition(":")[2])["QueueUrl"]
    count = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])[
        "Attributes"
    ]["ApproximateNumberOfMessages"]
    sqs.start_message_move_task(SourceArn=dead_letters)
    return int(count)


if __name__ == "__main__":
    print(f"{redrive(sys.argv[1])} messages are moved back to their queue")
