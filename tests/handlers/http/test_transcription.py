import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities.typing import LambdaContext

from asr.errors import ClipTooLongError, MalformedRequestError, TooLargeError, TooLongError
from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers.http import transcription
from handlers.http.bodies import MAX_AUDIO_BYTES
from handlers.http.routes import add_api_routes
from handlers.http.transcription import job_accepts
from jobs.settings import JobSettings
from tests.support import toy_model
from tests.support.api_events import Context, request

JOBS = JobSettings("input", "output")


def post(audio: bytes, settings: Settings, jobs: JobSettings | None) -> dict[str, Any]:
    """The problem document of a request with audio above a limit."""
    app = APIGatewayRestResolver(enable_validation=True)
    add_api_routes(app, settings, jobs)
    event = request("POST", "/v1/transcribe", audio, "audio/wav")
    response = app.resolve(event, cast(LambdaContext, Context()))
    problem: dict[str, Any] = json.loads(response["body"])
    assert (response["statusCode"], problem["status"]) == (413, 413)
    return problem


SPOKEN = toy_model.text_wav("much too long for this")


def test_audio_too_long_for_a_request_is_pointed_to_jobs_where_they_exist():
    settings = Settings(request_max_seconds=0.5)
    problem = post(SPOKEN, settings, JOBS)
    assert problem["jobs"] == "/v1/jobs"
    assert problem["detail"].endswith("a job accepts more: POST /v1/jobs")
    assert "job" not in post(SPOKEN, settings, None)["detail"]


@pytest.mark.parametrize("batch_max_seconds", [0.5, 1.0])
def test_audio_too_long_for_a_job_is_not_pointed_to_jobs(batch_max_seconds: float):
    settings = Settings(request_max_seconds=0.5, batch_max_seconds=batch_max_seconds)
    assert "jobs" not in post(SPOKEN, settings, JOBS)


def test_audio_too_large_for_a_request_is_pointed_to_jobs_that_take_larger():
    audio = b"\0" * (MAX_AUDIO_BYTES + 1)
    assert post(audio, Settings(), JOBS)["jobs"] == "/v1/jobs"
    assert "jobs" not in post(audio, Settings(), JobSettings("i", "o", max_bytes=1000))
    assert "jobs" not in post(audio, Settings(), None)


def test_the_limit_of_a_keyword_model_is_not_one_of_requests(tmp_path: Path, monkeypatch):
    bundle = toy_model.write_keyword_bundle(tmp_path)
    keyword = warm_transcriber(Settings(model_uri=str(bundle)))
    monkeypatch.setattr(transcription, "warm_transcriber", lambda _: keyword)
    problem = post(toy_model.encode(np.ones(48_000, np.float32)), Settings(), JOBS)
    assert "the most that this keyword model takes" in problem["detail"]
    assert "jobs" not in problem
    assert "jobs" not in post(b"\0" * (MAX_AUDIO_BYTES + 1), Settings(), JOBS)


def test_only_errors_of_size_are_pointed_to_jobs():
    accepts = job_accepts(Settings(), JOBS)
    assert accepts(TooLongError(""))
    assert accepts(TooLargeError(""))
    assert not accepts(ClipTooLongError(""))
    assert not accepts(MalformedRequestError(""))


def test_routes_obey_the_limits_of_their_settings():
    app = APIGatewayRestResolver(enable_validation=True)
    add_api_routes(app, Settings(request_max_seconds=0.5))
    event = request(
        "POST", "/v1/transcribe", toy_model.text_wav("much too long for this"), "audio/wav"
    )
    response = app.resolve(event, cast(LambdaContext, Context()))
    assert (response["statusCode"], json.loads(response["body"])["code"]) == (413, "too_long")


@pytest.mark.parametrize(
    ("setting", "option", "expected"),
    [
        (True, "", "Hello, Bo."),
        (True, "punctuate=false", "hello bo"),
        (False, "", "hello bo"),
        (False, "punctuate=true", "Hello, Bo."),
    ],
)
def test_a_request_may_choose_plain_text(
    written_transcriber, monkeypatch, setting: bool, option: str, expected: str
):
    monkeypatch.setattr(transcription, "warm_transcriber", lambda _: written_transcriber)
    app = APIGatewayRestResolver(enable_validation=True)
    add_api_routes(app, Settings(punctuate=setting))
    audio = toy_model.written_wav("Hello, Bo.")
    event = request("POST", "/v1/transcribe", audio, "audio/wav", option)
    answer = json.loads(app.resolve(event, cast(LambdaContext, Context()))["body"])
    assert answer["transcript"] == expected
    assert [word["punctuated_word"] for word in answer["words"]] == expected.split()
    assert [word["word"] for word in answer["words"]] == ["hello", "bo"]
    health = app.resolve(request("GET", "/v1/health"), cast(LambdaContext, Context()))
    assert json.loads(health["body"])["punctuation"] is True


@pytest.mark.parametrize(
    ("query", "channels"),
    [
        ("channels=separate", ["left", "right"]),
        ("channels=separate&channel_names=agent,customer", ["agent", "customer"]),
    ],
)
def test_the_channels_of_a_request_are_transcribed_separately(query, channels):
    audio = toy_model.channels_wav("hello", "there")
    app = APIGatewayRestResolver(enable_validation=True)
    add_api_routes(app, Settings())
    event = request("POST", "/v1/transcribe", audio, "audio/wav", query)
    response = app.resolve(event, cast(LambdaContext, Context()))
    body = json.loads(response["body"])
    assert body["channels"] == channels
    assert [(word["channel"], word["word"]) for word in body["words"]] == [
        (channels[0], "hello"),
        (channels[1], "there"),
    ]
