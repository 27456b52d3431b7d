"""Send what failed back to be tried again: python scripts/aws/redrive.py ARN-OF-DEAD-LETTER-QUEUE.

SQS moves the messages to the queue that they came from, in the background.
"""

import sys

import boto3


def redrive(dead_letters: str) -> int:
    """Begin to move all messages; returns how many there are, about."""
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=dead_letters.rpartition(":")[2])["QueueUrl"]
    count = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])[
        "Attributes"
    ]["ApproximateNumberOfMessages"]
    sqs.start_message_move_task(SourceArn=dead_letters)
    return int(count)


if __name__ == "__main__":
    print(f"{redrive(sys.argv[1])} messages go back to be tried again")
