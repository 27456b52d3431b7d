import base64
import json
import logging

import pytest

from asr.audio import audio
from asr.errors import PROBLEM_MEDIA_TYPE, ModelUnavailableError
from handlers import api
from handlers.http import transcription
from tests.support import toy_model
from tests.support.api_events import Context, json_request, request

SPOKEN = "hello there"


def call(event):
    """Invoke the handler; returns status, media type and body."""
    response = api.handler(event, Context())
    content_type = response["multiValueHeaders"]["Content-Type"][0]
    return response["statusCode"], content_type, response["body"]


def test_json_with_base64_is_transcribed():
    status, media_type, body = call(json_request(audio=toy_model.text_wav(SPOKEN)))
    assert (status, media_type) == (200, "application/json")
    assert json.loads(body)["transcript"] == SPOKEN


@pytest.mark.parametrize(
    "content_type",
    ["audio/wav", "audio/x-anything", "video/webm", "application/octet-stream", None],
)
def test_raw_audio_is_transcribed_whatever_its_content_type(content_type):
    status, _, body = call(
        request("POST", "/v1/transcribe", toy_model.text_wav(SPOKEN), content_type)
    )
    assert status == 200
    assert json.loads(body)["transcript"] == SPOKEN


def test_a_json_body_may_itself_be_encoded_in_base64():
    event = json_request(audio=toy_model.text_wav(SPOKEN))
    event |= {"body": base64.b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}
    assert json.loads(call(event)[2])["transcript"] == SPOKEN


def test_http_and_direct_invocation_give_the_same_transcript():
    spoken = toy_model.text_wav(SPOKEN)
    payload = {"audio": base64.b64encode(spoken).decode()}
    invoked = api.handler(payload, Context())
    bodies = [
        json.loads(call(event)[2])
        for event in (json_request(audio=spoken), request("POST", "/v1/transcribe", spoken))
    ]
    for body in bodies:
        for key in ("transcript", "words", "confidence", "duration", "model"):
            assert body[key] == invoked[key]


def test_a_keyword_bundle_returns_its_word(keyword_transcriber, monkeypatch):
    monkeypatch.setattr(transcription, "warm_transcriber", lambda _: keyword_transcriber)
    status, _, body = call(
        json_request(audio=toy_model.encode(toy_model.keyword_waveform("smart mirror")))
    )
    response = json.loads(body)
    assert (status, response["transcript"]) == (200, "smart mirror")
    assert response["words"] == [
        {
            "word": "smart mirror",
            "start": 0.0,
            "end": 0.5,
            "confidence": response["confidence"],
            "punctuated_word": "smart mirror",
        }
    ]
    status, media_type, body = call(
        json_request(audio=toy_model.encode(toy_model.keyword_waveform("no", 2.5)))
    )
    assert (status, media_type) == (413, "application/problem+json")
    assert json.loads(body)["code"] == "too_long"


@pytest.mark.parametrize(
    ("form", "media_type", "start"),
    [
        ("text", "text/plain; charset=utf-8", "hello there"),
        ("srt", "application/x-subrip; charset=utf-8", "1\n00:00:00,000"),
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT"),
        ("verbose_json", "application/json", '{"task": "transcribe"'),
    ],
)
def test_the_format_may_be_in_the_body_or_in_the_query(form, media_type, start):
    by_body = call(json_request(audio=toy_model.text_wav(SPOKEN), format=form))
    by_query = call(
        request("POST", "/v1/transcribe", toy_model.text_wav(SPOKEN), "audio/wav", f"format={form}")
    )
    assert by_body == by_query
    assert by_body[:2] == (200, media_type)
    assert by_body[2].startswith(start)


def test_timestamps_may_be_switched_off():
    body = json.loads(call(json_request(audio=toy_model.text_wav(SPOKEN), timestamps=False))[2])
    assert "words" not in body


def test_a_direct_invocation_returns_text_as_a_string():
    payload = {"audio": base64.b64encode(toy_model.text_wav(SPOKEN)).decode(), "format": "text"}
    assert api.handler(payload, Context()) == SPOKEN + "\n"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "malformed_request"),
        ([], "malformed_request"),
        ({"audio": 1}, "malformed_request"),
        ({"audio": "?"}, "invalid_base64"),
        ({"audio": ""}, "empty_audio"),
        ({"audio": base64.b64encode(b"just text").decode()}, "unsupported_audio"),
    ],
)
def test_a_rejected_direct_invocation_returns_a_problem_document(payload, code):
    assert api.handler(payload, Context())["code"] == code


def test_health_describes_the_model():
    status, _, body = call(request("GET", "/v1/health"))
    assert status == 200
    assert json.loads(body)["model"]["name"] == "toy"
    assert json.loads(body)["decoders"] == ["greedy"]


def test_health_is_a_problem_without_a_model(monkeypatch):
    def unavailable(_):
        raise ModelUnavailableError("cannot read manifest.json")

    monkeypatch.setattr(transcription, "warm_transcriber", unavailable)
    status, media_type, body = call(request("GET", "/v1/health"))
    assert (status, media_type) == (503, PROBLEM_MEDIA_TYPE)
    assert json.loads(body)["code"] == "model_unavailable"


def test_an_internal_error_has_no_traceback(monkeypatch):
    def broken(_):
        raise RuntimeError("internal secret")

    monkeypatch.setattr(transcription, "warm_transcriber", broken)
    status, media_type, body = call(json_request(audio=toy_model.text_wav(SPOKEN)))
    assert (status, media_type) == (500, PROBLEM_MEDIA_TYPE)
    assert "secret" not in body
    assert "Traceback" not in body


@pytest.mark.parametrize("path", ["/nothing", "/v1/transcribe/more", "/v1"])
def test_an_unknown_path_is_not_found(path):
    status, media_type, body = call(request("GET", path))
    assert (status, media_type, json.loads(body)["code"]) == (404, PROBLEM_MEDIA_TYPE, "not_found")


def test_logs_contain_neither_audio_nor_transcript(capsys):
    call(json_request(audio=toy_model.text_wav(SPOKEN)))
    call(json_request(audio=b"not audio"))
    logged = capsys.readouterr().out
    assert '"AudioSeconds":[' in logged
    assert '"Errors":[1.0]' in logged
    for secret in ("hello", "there", base64.b64encode(toy_model.text_wav(SPOKEN)).decode()[:40]):
        assert secret not in logged
    assert logging.getLogger().level >= logging.INFO


def test_the_budget_of_a_request_is_the_setting(monkeypatch):
    budgets = []
    decode = audio.decode

    def spy(source, budget, track):
        budgets.append(budget)
        return decode(source, budget, track)

    monkeypatch.setattr(audio, "decode", spy)
    call(json_request(audio=toy_model.text_wav(SPOKEN)))
    assert budgets == [audio.Budget(max_seconds=api.settings.request_max_seconds)]
