import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import requests

from asr import errors
from asr.errors import UnsupportedAudioError
from batch import lease, object_keys, s3
from batch.deadline import Deadline
from jobs import ids, status, tickets
from jobs.settings import JobSettings
from jobs.storage import JobStorage
from jobs.tickets import JobRequest, Ticket
from tests.support import presigned_post

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OWNER = "me"
HELLO = {"transcript": "hello", "formats": ["srt"]}


class Job:
    """A job, with the writes of the batch function."""

    def __init__(self, settings: JobSettings, ticket: Ticket) -> None:
        self.storage = JobStorage(settings)
        self.ticket = ticket
        self.s3 = boto3.client("s3")
        self.storage.save_ticket(ticket, OWNER)

    def upload(self, content: bytes) -> str:
        """Upload the audio; returns its ETag."""
        assert presigned_post.upload(self.storage.upload_form(self.ticket), content).ok
        (found,) = self.storage.list_uploads(OWNER, self.ticket.id).values()
        return found.etag

    def write(self, key: str, content: Any) -> None:
        body = content if isinstance(content, str) else json.dumps(content)
        self.s3.put_object(Bucket=self.storage.settings.output_bucket, Key=key, Body=body)

    def lease(self, until: datetime) -> None:
        self.write(
            object_keys.lease_key(self.ticket.key), {"owner": "x", "expires": until.isoformat()}
        )

    def read(self, owner: str = OWNER) -> dict[str, Any] | None:
        return status.job_status(self.storage, owner, self.ticket.id, NOW)

    @property
    def status(self) -> str:
        found = self.read()
        assert found
        return str(found["status"])


@pytest.fixture
def job(job_settings: JobSettings) -> Job:
    request = JobRequest(file_name="récit.mp3", formats=["json", "srt"], decoder="beam")
    return Job(job_settings, tickets.issue(request, OWNER, NOW))


def test_a_new_job_awaits_its_upload(job: Job):
    assert job.read() == {
        "id": job.ticket.id,
        "file_name": "récit.mp3",
        "content_type": "audio/mpeg",
        "formats": ["json", "srt"],
        "decoder": "beam",
        "punctuate": None,
        "vocabulary": [],
        "channels": None,
        "channel_names": [],
        "expires_at": "2026-11-24T12:15:00Z",
        "status": "awaiting_upload",
    }


def test_a_job_without_a_ticket_does_not_exist(job: Job):
    other = ids.new_id()
    job.write(f"{ids.prefix(OWNER, other)}talk.mp3.json", HELLO)
    assert status.job_status(job.storage, OWNER, other, NOW) is None


def test_a_job_of_another_owner_does_not_exist(job: Job):
    job.upload(b"audio")
    assert job.read("another") is None


def test_an_uploaded_job_is_queued(job: Job):
    job.upload(b"audio")
    assert job.status == "queued"


def test_a_job_is_running_until_its_lease_expires(job: Job):
    job.upload(b"audio")
    job.lease(NOW + timedelta(seconds=1))
    assert job.status == "running"
    job.lease(NOW)
    assert job.status == "queued"


def test_a_job_is_running_while_the_batch_function_holds_its_lease(job: Job):
    job.upload(b"audio")
    store = s3.S3OutputStore(job.s3, job.storage.settings.output_bucket)
    with lease.acquire(store, job.ticket.key, Deadline(lambda: 60.0)):
        running = status.job_status(job.storage, OWNER, job.ticket.id, datetime.now(UTC))
    assert running
    assert (running["status"], job.status) == ("running", "queued")


def test_a_lease_deleted_after_its_listing_is_ignored(job: Job, monkeypatch: pytest.MonkeyPatch):
    job.upload(b"audio")
    key = object_keys.lease_key(job.ticket.key)
    original = JobStorage._list

    def list_and_delete(storage: JobStorage, bucket: str, prefix: str) -> Any:
        listing = original(storage, bucket, prefix)
        if prefix == key:
            job.s3.delete_object(Bucket=bucket, Key=key)
        return listing

    job.lease(NOW + timedelta(seconds=1))
    monkeypatch.setattr(JobStorage, "_list", list_and_delete)
    assert job.status == "queued"


def test_a_result_has_links_to_the_requested_formats(job: Job):
    document = HELLO | {"source": {"etag": job.upload(b"audio")}}
    job.lease(NOW + timedelta(seconds=1))
    for name in ("srt", "vtt"):
        job.write(object_keys.extra_format_key(job.ticket.key, name), name)
    assert job.status == "running"
    job.write(object_keys.result_key(job.ticket.key), document)
    found = job.read()
    assert found
    assert (found["status"], found["transcript"]) == ("succeeded", document)
    assert list(found["results"]) == ["json", "srt"]
    assert requests.get(found["results"]["json"], timeout=30).json() == document
    assert requests.get(found["results"]["srt"], timeout=30).text == "srt"


def test_a_result_too_large_for_a_response_is_only_linked(
    job: Job, monkeypatch: pytest.MonkeyPatch
):
    document = HELLO | {"source": {"etag": job.upload(b"audio")}}
    job.write(object_keys.result_key(job.ticket.key), document)
    monkeypatch.setattr(status, "MAX_INLINE_BYTES", len(json.dumps(document)))
    assert (job.read() or {})["transcript"] == document
    monkeypatch.setattr(status, "MAX_INLINE_BYTES", len(json.dumps(document)) - 1)
    found = job.read()
    assert found
    assert "transcript" not in found
    assert requests.get(found["results"]["json"], timeout=30).json() == document


def test_a_failed_job_has_its_problem_document(job: Job):
    problem = errors.problem_from_error(UnsupportedAudioError("not audio"))
    document = problem | {"source": {"etag": job.upload(b"text")}}
    job.write(object_keys.error_key(job.ticket.key), document)
    found = job.read()
    assert found
    assert (found["status"], found["problem"]) == ("failed", document)
    assert not found.keys() & {"transcript", "results"}


@pytest.mark.parametrize("output_key", [object_keys.result_key, object_keys.error_key])
def test_the_output_of_a_replaced_upload_is_ignored(job: Job, output_key):
    job.write(output_key(job.ticket.key), {"source": {"etag": job.upload(b"first")}})
    job.upload(b"second")
    assert job.status == "queued"


def test_a_result_remains_after_its_upload_is_deleted(job: Job):
    job.write(
        object_keys.result_key(job.ticket.key), HELLO | {"source": {"etag": job.upload(b"audio")}}
    )
    job.s3.delete_object(Bucket=job.storage.settings.input_bucket, Key=job.ticket.key)
    assert job.status == "succeeded"
