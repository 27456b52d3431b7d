"""Jobs against LocalStack, which checks what was presigned, and announces uploads as S3 does.

It checks the policy of an upload and the signature of a link; not the signature of an upload, which
tests/jobs/test_storage.py recomputes.
"""

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests

from asr.settings import Settings
from handlers import batch
from jobs import storage
from jobs.settings import JobSettings
from tests.asr import toy
from tests.e2e.localstack import localstack
from tests.handlers.job_api import Api
from tests.jobs import forms
from tests.statemachine.interpreter import WholeTime

pytestmark = pytest.mark.e2e

MAX_BYTES = 100_000


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    log = tmp_path_factory.mktemp("localstack") / "log"
    with localstack(log) as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def settings(aws: None) -> JobSettings:
    name = secrets.token_hex(8)
    for bucket in (f"input-{name}", f"output-{name}"):
        boto3.client("s3").create_bucket(Bucket=bucket)
    return JobSettings(f"input-{name}", f"output-{name}", "key", MAX_BYTES)


@pytest.fixture
def api(settings: JobSettings) -> Api:
    return Api(settings)


def create(api: Api, **members: Any) -> dict[str, Any]:
    status, _, job = api("POST", "/v1/jobs", {"file_name": "récit 1.wav"} | members)
    assert status == 201
    return job


def refusal(answer: requests.Response) -> tuple[int, str]:
    """Status and code of S3's error."""
    return answer.status_code, answer.text.partition("<Code>")[2].partition("</Code>")[0]


def status_of(api: Api, job: dict[str, Any]) -> str:
    return str(api("GET", f"/v1/jobs/{job['id']}")[2]["status"])


@pytest.mark.parametrize("size", [1, MAX_BYTES])
def test_an_upload_within_the_limit_is_taken(api: Api, size: int):
    job = create(api)
    assert forms.post(job["upload"], b"x" * size).status_code == 204
    assert status_of(api, job) == "queued"


@pytest.mark.parametrize(
    ("size", "code"), [(MAX_BYTES + 1, "EntityTooLarge"), (0, "EntityTooSmall")]
)
def test_an_upload_of_another_size_is_refused(api: Api, size: int, code: str):
    job = create(api)
    assert refusal(forms.post(job["upload"], b"x" * size)) == (400, code)
    assert status_of(api, job) == "awaiting_upload"


@pytest.mark.parametrize(
    "changed",
    [
        {"Content_Type": "text/html"},
        {"key": "jobs/anonymous/00000000000000000000000000000000/talk.wav"},
        {"x_amz_meta_formats": "vtt"},
        {"policy": "{}"},
    ],
    ids=["content type", "key", "formats", "policy"],
)
def test_an_upload_that_was_tampered_with_is_refused(api: Api, changed: dict[str, str]):
    job = create(api)
    answer = forms.post(job["upload"], b"x", **changed)
    assert answer.status_code == 403
    assert status_of(api, job) == "awaiting_upload"


def test_an_upload_that_comes_too_late_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(storage, "UPLOAD_SECONDS", 1)
    job = create(api)
    time.sleep(2.1)
    assert refusal(forms.post(job["upload"], b"x")) == (403, "AccessDenied")
    assert status_of(api, job) == "awaiting_upload"


def test_an_upload_without_a_signature_is_refused(api: Api):
    job = create(api)
    del job["upload"]["fields"]["x-amz-signature"]
    assert not forms.post(job["upload"], b"x").ok
    assert status_of(api, job) == "awaiting_upload"


def test_a_job_goes_from_its_upload_to_links_that_only_this_signature_opens(
    api: Api, settings: JobSettings, toy_bundle, monkeypatch: pytest.MonkeyPatch
):
    queue = announced(settings)
    served = Settings(model_uri=str(toy_bundle), output_bucket=settings.output_bucket)
    monkeypatch.setattr(batch, "settings", served)
    job = create(api, formats=["json", "srt"])
    assert forms.post(job["upload"], toy.wav("hello")).ok
    assert status_of(api, job) == "queued"
    event = queue.receive()
    assert "sequencer" in event["Records"][0]["body"]
    assert batch.handler(event, WholeTime()) == {"batchItemFailures": []}
    _, _, found = api("GET", f"/v1/jobs/{job['id']}")
    assert (found["status"], found["transcript"]["transcript"]) == ("succeeded", "hello")
    assert requests.get(found["results"]["json"], timeout=30).json() == found["transcript"]
    link = found["results"]["srt"]
    assert "hello" in requests.get(link, timeout=30).text
    for altered in (link.replace(".srt", ".json"), link.replace("=900", "=9000")):
        assert altered != link
        assert refusal(requests.get(altered, timeout=30)) == (403, "SignatureDoesNotMatch")
    monkeypatch.setattr(storage, "LINK_SECONDS", 1)
    _, _, found = api("GET", f"/v1/jobs/{job['id']}")
    time.sleep(2.1)
    assert refusal(requests.get(found["results"]["srt"], timeout=30)) == (403, "AccessDenied")


def test_a_job_that_is_no_audio_fails_with_its_problem(
    api: Api, settings: JobSettings, toy_bundle, monkeypatch: pytest.MonkeyPatch
):
    queue = announced(settings)
    served = Settings(model_uri=str(toy_bundle), output_bucket=settings.output_bucket)
    monkeypatch.setattr(batch, "settings", served)
    job = create(api)
    assert forms.post(job["upload"], b"not audio at all " * 100).ok
    assert batch.handler(queue.receive(), WholeTime()) == {"batchItemFailures": []}
    _, _, found = api("GET", f"/v1/jobs/{job['id']}")
    assert (found["status"], found["problem"]["code"]) == ("failed", "unsupported_audio")


class Queue:
    """What S3 tells, in the form in which Lambda hands it on."""

    def __init__(self, name: str) -> None:
        self._sqs = boto3.client("sqs")
        self.url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = attributes["Attributes"]["QueueArn"]

    def receive(self) -> dict[str, Any]:
        """The next message that is not the one by which S3 tries the queue."""
        for _ in range(10):
            answer = self._sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=2)
            for message in answer.get("Messages", []):
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                if "Records" in json.loads(message["Body"]):
                    return {"Records": [self._record(message)]}
        raise TimeoutError("nothing was announced")

    def _record(self, message: Any) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": {"ApproximateReceiveCount": "1"},
            "eventSource": "aws:sqs",
            "eventSourceARN": self.arn,
        }


def announced(settings: JobSettings) -> Queue:
    """A queue to which the input bucket tells of uploads."""
    queue = Queue(settings.input_bucket)
    told: Any = {"QueueArn": queue.arn, "Events": ["s3:ObjectCreated:*"]}
    boto3.client("s3").put_bucket_notification_configuration(
        Bucket=settings.input_bucket,
        NotificationConfiguration={"QueueConfigurations": [told]},
    )
    return queue
