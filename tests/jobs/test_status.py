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
    """A job of one caller, and the hands of the batch function."""

    def __init__(self, settings: JobSettings, ticket: Ticket) -> None:
        self.storage = JobStorage(settings)
        self.ticket = ticket
        self.s3 = boto3.client("s3")
        self.storage.save_ticket(ticket, OWNER)

    def upload(self, content: bytes) -> str:
        """Put the audio there; returns its ETag."""
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

    def look(self, owner: str = OWNER) -> dict[str, Any] | None:
        return status.job_status(self.storage, owner, self.ticket.id, NOW)

    @property
    def status(self) -> str:
        answer = self.look()
        assert answer
        return str(answer["status"])


@pytest.fixture
def job(job_settings: JobSettings) -> Job:
    request = JobRequest(file_name="récit.mp3", formats=["json", "srt"], decoder="beam")
    return Job(job_settings, tickets.issue(request, OWNER, NOW))


def test_a_new_job_awaits_its_upload(job: Job):
    assert job.look() == {
        "id": job.ticket.id,
        "file_name": "récit.mp3",
        "content_type": "audio/mpeg",
        "formats": ["json", "srt"],
        "decoder": "beam",
        "expires_at": "2026-11-24T12:15:00Z",
        "status": "awaiting_upload",
    }


def test_a_job_that_was_never_asked_for_is_none_even_if_objects_lie_there(job: Job):
    other = ids.new_id()
    job.write(f"{ids.prefix(OWNER, other)}talk.mp3.json", HELLO)
    assert status.job_status(job.storage, OWNER, other, NOW) is None


def test_a_job_of_another_is_none(job: Job):
    job.upload(b"audio")
    assert job.look("another") is None


def test_what_was_uploaded_is_queued(job: Job):
    job.upload(b"audio")
    assert job.status == "queued"


def test_a_job_runs_while_its_lease_lasts(job: Job):
    job.upload(b"audio")
    job.lease(NOW + timedelta(seconds=1))
    assert job.status == "running"
    job.lease(NOW)
    assert job.status == "queued"


def test_a_job_runs_while_the_batch_function_holds_it(job: Job):
    job.upload(b"audio")
    store = s3.S3OutputStore(job.s3, job.storage.settings.output_bucket)
    with lease.acquire(store, job.ticket.key, Deadline(lambda: 60.0)):
        running = status.job_status(job.storage, OWNER, job.ticket.id, datetime.now(UTC))
    assert running
    assert (running["status"], job.status) == ("running", "queued")


def test_a_lease_that_goes_while_it_is_looked_at_is_none(job: Job, monkeypatch: pytest.MonkeyPatch):
    job.upload(b"audio")
    key = object_keys.lease_key(job.ticket.key)
    listed = JobStorage._list

    def list_and_delete(storage: JobStorage, bucket: str, prefix: str) -> Any:
        found = listed(storage, bucket, prefix)
        if prefix == key:
            job.s3.delete_object(Bucket=bucket, Key=key)
        return found

    job.lease(NOW + timedelta(seconds=1))
    monkeypatch.setattr(JobStorage, "_list", list_and_delete)
    assert job.status == "queued"


def test_a_result_is_given_with_links_to_the_forms_asked_for(job: Job):
    document = HELLO | {"source": {"etag": job.upload(b"audio")}}
    job.lease(NOW + timedelta(seconds=1))
    for form in ("srt", "vtt"):
        job.write(object_keys.extra_format_key(job.ticket.key, form), form)
    assert job.status == "running"
    job.write(object_keys.result_key(job.ticket.key), document)
    answer = job.look()
    assert answer
    assert (answer["status"], answer["transcript"]) == ("succeeded", document)
    assert list(answer["results"]) == ["json", "srt"]
    assert requests.get(answer["results"]["json"], timeout=30).json() == document
    assert requests.get(answer["results"]["srt"], timeout=30).text == "srt"


def test_a_result_too_large_for_an_answer_is_only_linked(job: Job, monkeypatch: pytest.MonkeyPatch):
    document = HELLO | {"source": {"etag": job.upload(b"audio")}}
    job.write(object_keys.result_key(job.ticket.key), document)
    monkeypatch.setattr(status, "MAX_INLINE_BYTES", len(json.dumps(document)))
    assert (job.look() or {})["transcript"] == document
    monkeypatch.setattr(status, "MAX_INLINE_BYTES", len(json.dumps(document)) - 1)
    answer = job.look()
    assert answer
    assert "transcript" not in answer
    assert requests.get(answer["results"]["json"], timeout=30).json() == document


def test_what_can_never_succeed_has_failed_and_says_why(job: Job):
    problem = errors.problem_from_error(UnsupportedAudioError("not audio"))
    document = problem | {"source": {"etag": job.upload(b"text")}}
    job.write(object_keys.error_key(job.ticket.key), document)
    answer = job.look()
    assert answer
    assert (answer["status"], answer["problem"]) == ("failed", document)
    assert not answer.keys() & {"transcript", "results"}


@pytest.mark.parametrize("answer_key", [object_keys.result_key, object_keys.error_key])
def test_an_answer_to_an_upload_that_was_replaced_is_passed_over(job: Job, answer_key):
    job.write(answer_key(job.ticket.key), {"source": {"etag": job.upload(b"first")}})
    job.upload(b"second")
    assert job.status == "queued"


def test_a_result_outlives_its_upload(job: Job):
    job.write(
        object_keys.result_key(job.ticket.key), HELLO | {"source": {"etag": job.upload(b"audio")}}
    )
    job.s3.delete_object(Bucket=job.storage.settings.input_bucket, Key=job.ticket.key)
    assert job.status == "succeeded"
