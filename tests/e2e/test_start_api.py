"""HTTP API in `sam local start-api`: transcripts as on the command line, and error documents."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.interfaces import (
    LATENCIES,
    Document,
    Gateway,
    HttpResponse,
    transcript_fields,
)

pytestmark = pytest.mark.e2e

CommandLine = Callable[[Path], Document]


def transcribe(gateway: Gateway, body: bytes, content_type: str) -> HttpResponse:
    started = time.perf_counter()
    response = gateway("POST", "/v1/transcribe", body, content_type)
    LATENCIES.setdefault("POST /v1/transcribe, cold start first", []).append(
        time.perf_counter() - started
    )
    return response


def test_a_json_body_gives_the_transcript_of_the_command_line(
    gateway: Gateway, command_line: CommandLine, hello: Path
):
    body = json.dumps({"audio": base64.b64encode(hello.read_bytes()).decode()}).encode()
    response = transcribe(gateway, body, "application/json")
    assert (response.status, response.media_type) == (200, "application/json")
    assert transcript_fields(response.json()) == transcript_fields(command_line(hello))


@pytest.mark.parametrize(
    "content_type",
    ["audio/flac", "application/octet-stream", "application/x-www-form-urlencoded"],
)
def test_a_raw_body_gives_the_transcript_of_the_command_line(
    gateway: Gateway, command_line: CommandLine, hello: Path, content_type: str
):
    response = transcribe(gateway, hello.read_bytes(), content_type)
    assert response.status == 200
    assert transcript_fields(response.json()) == transcript_fields(command_line(hello))


@pytest.mark.parametrize("content_type", ["audio/webm", "audio/webm;codecs=opus", "video/webm"])
def test_a_browser_recording_gives_the_transcript_of_the_command_line(
    gateway: Gateway, command_line: CommandLine, recording: Path, content_type: str
):
    response = transcribe(gateway, recording.read_bytes(), content_type)
    assert response.status == 200
    assert transcript_fields(response.json()) == transcript_fields(command_line(recording))


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"not json", "application/json", 400, "malformed_request"),
        (b'{"audio": "*"}', "application/json", 400, "invalid_base64"),
        (b"not audio at all " * 100, "audio/flac", 415, "unsupported_audio"),
        (b'{"audio": ""}', "application/json", 422, "empty_audio"),
    ],
)
def test_a_bad_request_gets_an_error_document(
    gateway: Gateway, body: bytes, content_type: str, status: int, code: str
):
    response = gateway("POST", "/v1/transcribe", body, content_type)
    assert response.media_type == "application/problem+json"
    assert (response.status, response.json()["status"], response.json()["code"]) == (
        status,
        status,
        code,
    )


def test_cors_preflight_requests_are_allowed(gateway: Gateway):
    assert gateway("OPTIONS", "/v1/transcribe", None, None).status == 204


def test_health_is_reported(gateway: Gateway):
    assert gateway("GET", "/v1/health", None, None).status == 200


def test_the_openapi_document_is_served(gateway: Gateway):
    response = gateway("GET", "/openapi.json", None, None)
    assert response.status == 200
    assert "post" in response.json()["paths"]["/v1/transcribe"]
    assert "text/html" in gateway("GET", "/docs", None, None).media_type
