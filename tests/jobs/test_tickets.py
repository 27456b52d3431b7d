import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.errors import MalformedRequestError
from jobs import tickets
from jobs.tickets import JobRequest, Ticket

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def request(**members) -> JobRequest:
    return tickets.parse_request(json.dumps({"file_name": "talk.mp3"} | members))


def test_a_ticket_has_the_options_of_its_request():
    ticket = tickets.issue(request(formats=["srt", "json", "srt"]), "anonymous", NOON)
    assert ticket == Ticket(
        id=ticket.id,
        key=f"jobs/anonymous/{ticket.id}/talk.mp3",
        file_name="talk.mp3",
        content_type="audio/mpeg",
        formats=("srt", "json"),
        expires_at="2026-11-24T12:15:00Z",
    )


def test_the_phrases_of_a_vocabulary_may_be_separated_by_commas():
    ticket = tickets.issue(request(vocabulary=["Ada, Bob", "Ada"]), "anonymous", NOON)
    assert ticket.vocabulary == ("Ada", "Bob")
    assert Ticket.from_json(json.loads(json.dumps(ticket.to_json()))) == ticket


def test_a_ticket_of_an_earlier_version_has_no_vocabulary():
    stored = tickets.issue(request(), "anonymous", NOON).to_json()
    del stored["vocabulary"]
    assert Ticket.from_json(stored).vocabulary == ()


def test_the_expiry_is_in_utc():
    east = NOON.astimezone(timezone(timedelta(hours=9)))
    assert tickets.issue(request(), "anonymous", east).expires_at == "2026-11-24T12:15:00Z"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=255))
def test_a_ticket_survives_a_round_trip_through_json(file_name: str):
    ticket = tickets.issue(JobRequest(file_name=file_name), "anonymous", NOON)
    assert Ticket.from_json(json.loads(json.dumps(ticket.to_json()))) == ticket


@pytest.mark.parametrize(
    ("file_name", "content_type"),
    [
        ("a.MP3", "audio/mpeg"),
        ("a.m4a", "audio/mp4"),
        ("a.webm", "video/webm"),
        ("a.flac", "audio/flac"),
        ("a.wav", "audio/wav"),
        ("a.pdf", "application/octet-stream"),
        ("a.wav.gz", "application/octet-stream"),
        ("audio", "application/octet-stream"),
        ("data:audio/mpeg,x", "application/octet-stream"),
    ],
)
def test_a_missing_content_type_is_guessed_from_the_file_name(file_name: str, content_type: str):
    requests = request(file_name=file_name), request(file_name=file_name, content_type="")
    for each in requests:
        assert tickets.issue(each, "anonymous", NOON).content_type == content_type


@pytest.mark.parametrize("content_type", ["audio/webm;codecs=opus", "application/octet-stream"])
def test_a_given_content_type_is_kept(content_type: str):
    ticket = tickets.issue(request(content_type=content_type), "anonymous", NOON)
    assert ticket.content_type == content_type


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "Invalid JSON"),
        ("[]", "valid dictionary|object"),
        ("{}", "file_name: Field required"),
        ('{"file_name": ""}', "file_name: .*at least 1"),
        ('{"file_name": "%s"}' % ("x" * 256), "file_name: .*at most 255"),
        ('{"file_name": 1}', "file_name: .*string"),
        ('{"file_name": "\\ud800"}', "JSON"),
        ('{"file_name": "a", "formats": []}', "formats: .*at least 1"),
        ('{"file_name": "a", "formats": ["json", "pdf"]}', r"formats\.1: .*'vtt'"),
        (
            '{"file_name": "a", "callback_url": "https://example.com"}',
            "unknown member .callback_url.; expected one of file_name, ",
        ),
        ('{"file_name": "a", "format": ["srt"]}', "'format', did you mean 'formats'"),
        (
            '{"file_name": "a", "vocabulary": ["..."]}',
            "vocabulary: .*expected a phrase with letters",
        ),
        ('{"file_name": "a", "vocabulary": []}', "vocabulary: .*at least 1"),
        ('{"file_name": "a", "vocabulary": "Ada"}', "vocabulary: .*valid array"),
        ('{"file_name": "a", "channels": "both"}', "channels: .*'separate'"),
        ('{"file_name": "a", "channel_names": ["a"]}', "channel_names needs channels to be separ"),
        ('{"file_name": "a", "content_type": "text/html"}', "content_type: .*audio"),
        ('{"file_name": "a", "content_type": "audio/mpeg\\r\\nx: y"}', "content_type: .*audio"),
    ],
)
def test_the_error_of_an_invalid_request_has_the_bad_key(body: str, message: str):
    with pytest.raises(MalformedRequestError, match=message):
        tickets.parse_request(body)
