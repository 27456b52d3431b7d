import base64
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from asr.vocabulary import parse_file
from batch.s3 import CHANNEL_NAMES, CHANNELS, DECODER, FORMATS, PUNCTUATE, VOCABULARY_KEY
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


def test_a_saved_ticket_can_be_loaded_and_listed(storage: JobStorage, ticket: Ticket):
    storage.save_ticket(ticket, "me")
    assert storage.load_ticket("me", ticket.id) == ticket
    assert list(storage.list_outputs("me", ticket.id)) == [f"jobs/me/{ticket.id}/ticket"]
    assert storage.list_outputs("another", ticket.id) == {}


@pytest.mark.parametrize("code", ["NoSuchKey", "AccessDenied"])
def test_an_object_deleted_after_its_listing_is_absent(
    storage: JobStorage, monkeypatch: pytest.MonkeyPatch, code: str
):
    def deleted(_: str) -> None:
        raise ClientError({"Error": {"Code": code}}, "GetObject")

    boto3.client("s3").put_object(Bucket=storage.settings.output_bucket, Key="lease", Body=b"{}")
    assert storage.load_json_if_present("lease") == {}
    monkeypatch.setattr(storage, "load_json", deleted)
    assert storage.load_json_if_present("lease") is None


def test_an_upload_has_its_key_type_and_formats(storage: JobStorage, ticket: Ticket):
    response = presigned_post.upload(storage.upload_form(ticket), b"audio")
    assert response.status_code == 204
    stored = boto3.client("s3").get_object(Bucket=storage.settings.input_bucket, Key=ticket.key)
    assert stored["Body"].read() == b"audio"
    assert (stored["ContentType"], stored["Metadata"]) == ("audio/mpeg", {FORMATS: "json,srt"})
    (found,) = storage.list_uploads("me", ticket.id).values()
    assert (found.etag, found.bytes) == (stored["ETag"].strip('"'), 5)


def test_the_policy_of_an_upload_fixes_every_field(storage: JobStorage, ticket: Ticket):
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
    remaining = datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)
    assert 14.5 * 60 < remaining.total_seconds() <= 15 * 60


def test_an_upload_has_a_valid_signature(storage: JobStorage, ticket: Ticket):
    # Signature Version 4 of an HTTP POST: HMAC of the policy with a derived key.
    fields = storage.upload_form(ticket)["fields"]
    _, date, region, service, end = fields["x-amz-credential"].split("/")
    key = f"AWS4{aws.SECRET_KEY}".encode()
    for part in (date, region, service, end, fields["policy"]):
        key = hmac.digest(key, part.encode(), "sha256")
    assert (region, service, end) == ("us-east-1", "s3", "aws4_request")
    assert fields["x-amz-signature"] == key.hex()


def test_a_link_is_valid_for_15_minutes(storage: JobStorage):
    output = storage.settings.output_bucket
    boto3.client("s3").put_object(Bucket=output, Key="jobs/a b+é.srt", Body=b"1")
    link = storage.presigned_url("jobs/a b+é.srt")
    assert requests.get(link, timeout=30).content == b"1"
    assert parse_qs(urlsplit(link).query)["X-Amz-Expires"] == ["900"]


def test_links_and_forms_have_the_region_of_the_bucket(
    ticket: Ticket, monkeypatch: pytest.MonkeyPatch
):
    # The address without a region redirects while a bucket is new, and a form cannot follow.
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    storage = JobStorage(JobSettings("inputs", "outputs"))
    assert storage.upload_form(ticket)["url"] == "https://inputs.s3.eu-central-1.amazonaws.com/"
    assert storage.presigned_url("k").startswith("https://outputs.s3.eu-central-1.amazonaws.com/k?")


def test_an_upload_has_the_requested_options(storage: JobStorage):
    job = JobRequest(file_name="talk.mp3", decoder="beam", punctuate=False)
    ticket = tickets.issue(job, "me", NOON)
    storage.save_ticket(ticket, "me")
    assert storage.load_ticket("me", ticket.id) == ticket
    presigned_post.upload(storage.upload_form(ticket), b"audio")
    stored = boto3.client("s3").head_object(Bucket=storage.settings.input_bucket, Key=ticket.key)
    assert stored["Metadata"] == {FORMATS: "json", DECODER: "beam", PUNCTUATE: "false"}


def test_an_upload_names_the_stored_vocabulary(storage: JobStorage):
    phrases = [f"Zoë {number}" for number in "abcdefgh"]
    ticket = tickets.issue(JobRequest(file_name="talk.mp3", vocabulary=phrases), "me", NOON)
    storage.save_ticket(ticket, "me")
    assert storage.load_ticket("me", ticket.id) == ticket
    presigned_post.upload(storage.upload_form(ticket), b"audio")
    s3 = boto3.client("s3")
    stored = s3.head_object(Bucket=storage.settings.input_bucket, Key=ticket.key)
    key = stored["Metadata"][VOCABULARY_KEY]
    body = s3.get_object(Bucket=storage.settings.output_bucket, Key=key)["Body"].read()
    assert [phrase.written for phrase in parse_file(body.decode()).phrases] == phrases


def test_an_upload_has_the_requested_channels(storage: JobStorage):
    request = JobRequest(file_name="call.mp3", channels="separate", channel_names=["Zoë", "Bob"])
    ticket = tickets.issue(request, "me", NOON)
    storage.save_ticket(ticket, "me")
    assert storage.load_ticket("me", ticket.id) == ticket
    presigned_post.upload(storage.upload_form(ticket), b"audio")
    stored = boto3.client("s3").head_object(Bucket=storage.settings.input_bucket, Key=ticket.key)
    assert stored["Metadata"][CHANNELS] == "separate"
    assert unquote(stored["Metadata"][CHANNEL_NAMES]) == "Zoë,Bob"
