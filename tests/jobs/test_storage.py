import base64
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from batch.s3 import DECODER, FORMATS
from jobs import tickets
from jobs.settings import JobSettings
from jobs.storage import JobStorage
from jobs.tickets import JobRequest, Ticket
from tests.support import aws, presigned_post

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def storage(job_settings: JobSettings) -> JobStorage:
    return JobStorage(job_settings)


@pytest.fixture
def ticket() -> Ticket:
    return tickets.issue(JobRequest(file_name="récit 1.mp3", formats=["json", "srt"]), "me", NOON)


def test_a_ticket_that_is_kept_can_be_read_and_is_listed(storage: JobStorage, ticket: Ticket):
    storage.save_ticket(ticket, "me")
    assert storage.load_ticket("me", ticket.id) == ticket
    assert list(storage.list_outputs("me", ticket.id)) == [f"jobs/me/{ticket.id}/ticket"]
    assert storage.list_outputs("another", ticket.id) == {}


@pytest.mark.parametrize("code", ["NoSuchKey", "AccessDenied"])
def test_what_goes_between_being_listed_and_being_read_is_not_there(
    storage: JobStorage, monkeypatch: pytest.MonkeyPatch, code: str
):
    def gone(_: str) -> None:
        raise ClientError({"Error": {"Code": code}}, "GetObject")

    boto3.client("s3").put_object(Bucket=storage.settings.output_bucket, Key="lease", Body=b"{}")
    assert storage.load_json_if_present("lease") == {}
    monkeypatch.setattr(storage, "load_json", gone)
    assert storage.load_json_if_present("lease") is None


def test_an_upload_lies_under_its_key_with_type_and_formats(storage: JobStorage, ticket: Ticket):
    answer = presigned_post.upload(storage.upload_form(ticket), b"audio")
    assert answer.status_code == 204
    stored = boto3.client("s3").get_object(Bucket=storage.settings.input_bucket, Key=ticket.key)
    assert stored["Body"].read() == b"audio"
    assert (stored["ContentType"], stored["Metadata"]) == ("audio/mpeg", {FORMATS: "json,srt"})
    (found,) = storage.list_uploads("me", ticket.id).values()
    assert (found.etag, found.bytes) == (stored["ETag"].strip('"'), 5)


def test_the_policy_of_an_upload_leaves_the_caller_no_choice(storage: JobStorage, ticket: Ticket):
    form = storage.upload_form(ticket)
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    exact = {
        name: value
        for condition in policy["conditions"]
        if isinstance(condition, dict)
        for name, value in condition.items()
    }
    assert [c for c in policy["conditions"] if isinstance(c, list)] == [
        ["content-length-range", 1, storage.settings.max_bytes]
    ]
    assert exact == {
        "bucket": storage.settings.input_bucket,
        **{
            name: value
            for name, value in form["fields"].items()
            if name not in {"policy", "x-amz-signature"}
        },
    }
    assert (exact["key"], exact["Content-Type"]) == (ticket.key, "audio/mpeg")
    left = datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)
    assert 14.5 * 60 < left.total_seconds() <= 15 * 60


def test_an_upload_is_signed_as_s3_checks_it(storage: JobStorage, ticket: Ticket):
    # Signature Version 4 for an HTTP POST: the policy, with a key derived from the secret one.
    fields = storage.upload_form(ticket)["fields"]
    _, date, region, service, end = fields["x-amz-credential"].split("/")
    key = f"AWS4{aws.SECRET_KEY}".encode()
    for part in (date, region, service, end, fields["policy"]):
        key = hmac.digest(key, part.encode(), "sha256")
    assert (region, service, end) == ("us-east-1", "s3", "aws4_request")
    assert fields["x-amz-signature"] == key.hex()


def test_a_link_gives_the_object_for_a_quarter_of_an_hour(storage: JobStorage):
    output = storage.settings.output_bucket
    boto3.client("s3").put_object(Bucket=output, Key="jobs/a b+é.srt", Body=b"1")
    link = storage.presigned_url("jobs/a b+é.srt")
    assert requests.get(link, timeout=30).content == b"1"
    assert parse_qs(urlsplit(link).query)["X-Amz-Expires"] == ["900"]


def test_links_and_forms_name_the_bucket_in_its_region(
    ticket: Ticket, monkeypatch: pytest.MonkeyPatch
):
    # The address without a region redirects while a bucket is new, which no form survives.
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    storage = JobStorage(JobSettings("inputs", "outputs"))
    assert storage.upload_form(ticket)["url"] == "https://inputs.s3.eu-central-1.amazonaws.com/"
    assert storage.presigned_url("k").startswith("https://outputs.s3.eu-central-1.amazonaws.com/k?")


def test_an_upload_says_which_decoder_was_asked_for(storage: JobStorage):
    ticket = tickets.issue(JobRequest(file_name="talk.mp3", decoder="beam"), "me", NOON)
    storage.save_ticket(ticket, "me")
    assert storage.load_ticket("me", ticket.id) == ticket
    presigned_post.upload(storage.upload_form(ticket), b"audio")
    stored = boto3.client("s3").head_object(Bucket=storage.settings.input_bucket, Key=ticket.key)
    assert stored["Metadata"] == {FORMATS: "json", DECODER: "beam"}
