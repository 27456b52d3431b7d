"""Events that announce S3 objects, with all fields documented by AWS."""

import json
from typing import Any

Event = dict[str, Any]

ETAG = "d41d8cd98f00b204e9800998ecf8427e"
SEQUENCER = "0055AED6DCD90281E5"
# Sent once, when notifications are configured.
TEST_EVENT: Event = {
    "Service": "Amazon S3",
    "Event": "s3:TestEvent",
    "Time": "2026-11-24T06:00:00.000Z",
    "Bucket": "b",
    "RequestId": "5582815E1AEA5ADF",
    "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR",
}


def notification(*keys: str, event_name: str = "ObjectCreated:Put", **members: str) -> Event:
    """S3 notification of form-encoded keys; `members` are further fields of each object."""
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": "eu-central-1",
                "eventTime": "2026-11-24T06:00:00.000Z",
                "eventName": event_name,
                "userIdentity": {"principalId": "AWS:AIDAJDPLRKLG7UEXAMPLE"},
                "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810"},
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "audio",
                    "bucket": {
                        "name": "b",
                        "ownerIdentity": {"principalId": "A3NL1KOZZKExample"},
                        "arn": "arn:aws:s3:::b",
                    },
                    "object": {
                        "key": key,
                        "size": 1024,
                        "eTag": ETAG,
                        "sequencer": SEQUENCER,
                        **members,
                    },
                },
            }
            for key in keys
        ]
    }


def event_bridge(key: str, detail_type: str = "Object Created", **members: str) -> Event:
    """EventBridge event; the key is not encoded."""
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": detail_type,
        "source": "aws.s3",
        "account": "111122223333",
        "time": "2026-11-24T06:00:00Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:s3:::b"],
        "detail": {
            "version": "0",
            "bucket": {"name": "b"},
            "object": {"key": key, "size": 1024, "etag": ETAG, "sequencer": SEQUENCER, **members},
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "123456789012",
            "source-ip-address": "127.0.0.1",
            "reason": "PutObject",
        },
    }


def items(*keys: str) -> Event:
    """Item batch of a Distributed Map over ListObjectsV2."""
    return {
        "BatchInput": {"bucket": "b"},
        "Items": [
            {
                "Etag": f'"{ETAG}"',
                "Key": key,
                "LastModified": 1763964000,
                "Size": 1024,
                "StorageClass": "STANDARD",
            }
            for key in keys
        ],
    }


def messages(*bodies: Event | str, receives: int = 1) -> Event:
    """Batch of SQS messages with the identifiers 0, 1, ..."""
    return {
        "Records": [
            {
                "messageId": str(number),
                "receiptHandle": f"receipt-{number}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {
                    "ApproximateReceiveCount": str(receives),
                    "SentTimestamp": "1763964000000",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp": "1763964000001",
                },
                "messageAttributes": {},
                "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:audio",
                "awsRegion": "eu-central-1",
            }
            for number, body in enumerate(bodies)
        ]
    }
