"""The HTTP API behind `sam local start-api`: the transcript of the command line, and problems."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.test_image import said
from tests.support.interfaces import (
    LATENCIES,
    Answer,
    Document,
    Gateway,
)

pytestmark = pytest.mark.e2e

CommandLine = Callable[[Path], Document]


def transcribe(gateway: Gateway, body: bytes, content_type: str) -> Answer:
    started = time.perf_counter()
    answer = gateway("POST", "/v1/transcribe", body, content_type)
    LATENCIES.setdefault("POST /v1/transcribe, the first one cold", []).append(
        time.perf_counter() - started
    )
    return answer


def test_json_says_what_the_command_line_says(
    gateway: Gateway, command_line: CommandLine, hello: Path
):
    body = json.dumps({"audio": base64.b64encode(hello.read_bytes()).decode()}).encode()
    answer = transcribe(gateway, body, "application/json")
    assert (answer.status, answer.media_type) == (200, "application/json")
    assert said(answer.json()) == said(command_line(hello))


@pytest.mark.parametrize(
    "content_type",
    ["audio/flac", "application/octet-stream", "application/x-www-form-urlencoded"],
)
def test_a_raw_body_says_what_the_command_line_says(
    gateway: Gateway, command_line: CommandLine, hello: Path, content_type: str
):
    answer = transcribe(gateway, hello.read_bytes(), content_type)
    assert answer.status == 200
    assert said(answer.json()) == said(command_line(hello))


@pytest.mark.parametrize("content_type", ["audio/webm", "audio/webm;codecs=opus", "video/webm"])
def test_a_browsers_recording_says_what_the_command_line_says(
    gateway: Gateway, command_line: CommandLine, recording: Path, content_type: str
):
    answer = transcribe(gateway, recording.read_bytes(), content_type)
    assert answer.status == 200
    assert said(answer.json()) == said(command_line(recording))


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"not json", "application/json", 400, "malformed_request"),
        (b'{"audio": "*"}', "application/json", 400, "invalid_base64"),
        (b"not audio at all " * 100, "audio/flac", 415, "unsupported_audio"),
        (b'{"audio": ""}', "application/json", 422, "empty_audio"),
    ],
)
def test_a_bad_request_is_answered_with_a_problem(
    gateway: Gateway, body: bytes, content_type: str, status: int, code: str
):
    answer = gateway("POST", "/v1/transcribe", body, content_type)
    assert answer.media_type == "application/problem+json"
    assert (answer.status, answer.json()["status"], answer.json()["code"]) == (status, status, code)


def test_a_page_from_elsewhere_may_ask(gateway: Gateway):
    assert gateway("OPTIONS", "/v1/transcribe", None, None).status == 204


def test_health_needs_no_audio(gateway: Gateway):
    assert gateway("GET", "/v1/health", None, None).status == 200


def test_the_interface_describes_itself(gateway: Gateway):
    answer = gateway("GET", "/openapi.json", None, None)
    assert answer.status == 200
    assert "post" in answer.json()["paths"]["/v1/transcribe"]
    assert "text/html" in gateway("GET", "/docs", None, None).media_type
