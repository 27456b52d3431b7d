"""Jobs with LocalStack, which verifies presigned requests and sends S3 notifications.

It verifies the policy of an upload and the signature of a link; not the signature of an upload,
which tests/jobs/test_storage.py recomputes.
"""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from asr.settings import Settings
from handlers import batch
from jobs import storage
from jobs.settings import JobSettings
from tests.support import presigned_post, toy_model
from tests.support.api_events import Context
from tests.support.jobs_api import JobsApi
from tests.support.localstack import localstack
from tests.support.sqs_poller import Queue, poll
from tests.support.waiting import wait_until

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
def api(settings: JobSettings) -> JobsApi:
    return JobsApi(settings)


@pytest.fixture
def queue(settings: JobSettings, toy_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """Queue that is notified of uploads, with the batch function behind it."""
    served = Settings(model_uri=str(toy_bundle), output_bucket=settings.output_bucket)
    monkeypatch.setattr(batch, "settings", served)
    made = Queue.make(visibility_seconds=60)
    configuration: Any = {"QueueArn": made.arn, "Events": ["s3:ObjectCreated:*"]}
    boto3.client("s3").put_bucket_notification_configuration(
        Bucket=settings.input_bucket,
        NotificationConfiguration={"QueueConfigurations": [configuration]},
    )
    return made


def drain(queue: Queue) -> None:
    """Process the two messages: S3's test event, and the upload."""

    def process_one() -> bool:
        return poll(queue, lambda event: batch.handler(event, Context()))

    for _ in range(2):
        wait_until(process_one, describe=queue.counts)
    assert queue.counts() == (0, 0, 0)


def create(api: JobsApi, **members: Any) -> dict[str, Any]:
    status, _, job = api("POST", "/v1/jobs", {"file_name": "récit 1.wav"} | members)
    assert status == 201
    return job


def s3_error(response: requests.Response) -> tuple[int, str]:
    """Status and code of an error of S3."""
    return response.status_code, response.text.partition("<Code>")[2].partition("</Code>")[0]


def status_of(api: JobsApi, job: dict[str, Any]) -> str:
    return str(api("GET", f"/v1/jobs/{job['id']}")[2]["status"])


@pytest.mark.parametrize("size", [1, MAX_BYTES])
def test_an_upload_within_the_limits_is_accepted(api: JobsApi, size: int):
    job = create(api)
    assert presigned_post.upload(job["upload"], b"x" * size).status_code == 204
    assert status_of(api, job) == "queued"


@pytest.mark.parametrize(
    ("size", "code"), [(MAX_BYTES + 1, "EntityTooLarge"), (0, "EntityTooSmall")]
)
def test_an_upload_outside_the_limits_is_rejected(api: JobsApi, size: int, code: str):
    job = create(api)
    assert s3_error(presigned_post.upload(job["upload"], b"x" * size)) == (400, code)
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
def test_an_upload_with_altered_fields_is_rejected(api: JobsApi, changed: dict[str, str]):
    job = create(api)
    response = presigned_post.upload(job["upload"], b"x", **changed)
    assert response.status_code == 403
    assert status_of(api, job) == "awaiting_upload"


def test_an_expired_upload_is_rejected(api: JobsApi, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(storage, "UPLOAD_SECONDS", -1)
    job = create(api)
    assert s3_error(presigned_post.upload(job["upload"], b"x")) == (403, "AccessDenied")
    assert status_of(api, job) == "awaiting_upload"


def test_an_upload_without_a_signature_is_rejected(api: JobsApi):
    job = create(api)
    del job["upload"]["fields"]["x-amz-signature"]
    assert not presigned_post.upload(job["upload"], b"x").ok
    assert status_of(api, job) == "awaiting_upload"


def test_a_job_ends_in_signed_links_that_expire(
    api: JobsApi, queue: Queue, monkeypatch: pytest.MonkeyPatch
):
    job = create(api, formats=["json", "srt"])
    assert presigned_post.upload(job["upload"], toy_model.text_wav("hello")).ok
    assert status_of(api, job) == "queued"
    drain(queue)
    _, _, found = api("GET", f"/v1/jobs/{job['id']}")
    assert (found["status"], found["transcript"]["transcript"]) == ("succeeded", "hello")
    assert requests.get(found["results"]["json"], timeout=30).json() == found["transcript"]
    link = found["results"]["srt"]
    assert "hello" in requests.get(link, timeout=30).text
    for altered in (link.replace(".srt", ".json"), link.replace("=900", "=9000")):
        assert altered != link
        assert s3_error(requests.get(altered, timeout=30)) == (403, "SignatureDoesNotMatch")
    monkeypatch.setattr(storage, "LINK_SECONDS", 1)
    _, _, found = api("GET", f"/v1/jobs/{job['id']}")
    link = found["results"]["srt"]
    wait_until(lambda: s3_error(requests.get(link, timeout=30)) == (403, "AccessDenied"))


def test_a_job_without_audio_fails_with_an_error_document(api: JobsApi, queue: Queue):
    job = create(api)
    assert presigned_post.upload(job["upload"], b"not audio at all " * 100).ok
    drain(queue)
    _, _, found = api("GET", f"/v1/jobs/{job['id']}")
    assert (found["status"], found["problem"]["code"]) == ("failed", "unsupported_audio")
