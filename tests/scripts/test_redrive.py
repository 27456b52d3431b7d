import boto3
import pytest
from botocore.stub import Stubber

from scripts.aws import redrive

ARN = "arn:aws:sqs:eu-central-1:123456789012:dead"


def test_all_dead_letters_are_redriven(monkeypatch: pytest.MonkeyPatch):
    sqs = boto3.client("sqs", region_name="eu-central-1")
    monkeypatch.setattr(boto3, "client", lambda _: sqs)
    with Stubber(sqs) as stub:
        stub.add_response("get_queue_url", {"QueueUrl": "url"}, {"QueueName": "dead"})
        stub.add_response(
            "get_queue_attributes",
            {"Attributes": {"ApproximateNumberOfMessages": "3"}},
            {"QueueUrl": "url", "AttributeNames": ["ApproximateNumberOfMessages"]},
        )
        stub.add_response("start_message_move_task", {"TaskHandle": "t"}, {"SourceArn": ARN})
        assert redrive.redrive(ARN) == 3
        stub.assert_no_pending_responses()
