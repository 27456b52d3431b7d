import base64
import json
import logging

import pytest

from asr.audio import audio
from asr.errors import PROBLEM_MEDIA_TYPE, ModelUnavailableError
from handlers import api
from handlers.http import transcription
from tests.support import toy_model
from tests.support.api_events import Context, as_json, request

SPOKEN = "hello there"


def call(event):
    """Invoke the handler; returns status, media type and body."""
    answer = api.handler(event, Context())
    return answer["statusCode"], answer["multiValueHeaders"]["Content-Type"][0], answer["body"]


def test_json_with_base64_is_transcribed():
    status, media_type, body = call(as_json(audio=toy_model.wav(SPOKEN)))
    assert (status, media_type) == (200, "application/json")
    assert json.loads(body)["transcript"] == SPOKEN


@pytest.mark.parametrize(
    "content_type",
    ["audio/wav", "audio/x-anything", "video/webm", "application/octet-stream", None],
)
def test_raw_audio_is_transcribed_whatever_it_is_called(content_type):
    status, _, body = call(request("POST", "/v1/transcribe", toy_model.wav(SPOKEN), content_type))
    assert status == 200
    assert json.loads(body)["transcript"] == SPOKEN


def test_a_json_body_may_come_in_base64_itself():
    event = as_json(audio=toy_model.wav(SPOKEN))
    event |= {"body": base64.b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}
    assert json.loads(call(event)[2])["transcript"] == SPOKEN


def test_every_door_gives_the_same_words():
    spoken = toy_model.wav(SPOKEN)
    payload = {"audio": base64.b64encode(spoken).decode()}
    invoked = api.handler(payload, Context())
    bodies = [
        json.loads(call(event)[2])
        for event in (as_json(audio=spoken), request("POST", "/v1/transcribe", spoken))
    ]
    for body in bodies:
        for member in ("transcript", "words", "confidence", "duration", "model"):
            assert body[member] == invoked[member]


def test_a_keyword_bundle_answers_with_its_word(keyword_transcriber, monkeypatch):
    monkeypatch.setattr(transcription, "warm_transcriber", lambda _: keyword_transcriber)
    status, _, body = call(as_json(audio=toy_model.encode(toy_model.say("smart mirror"))))
    answer = json.loads(body)
    assert (status, answer["transcript"]) == (200, "smart mirror")
    assert answer["words"] == [
        {"word": "smart mirror", "start": 0.0, "end": 0.5, "confidence": answer["confidence"]}
    ]
    status, media_type, body = call(as_json(audio=toy_model.encode(toy_model.say("no", 2.5))))
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
def test_the_format_may_be_a_member_or_a_parameter(form, media_type, start):
    by_member = call(as_json(audio=toy_model.wav(SPOKEN), format=form))
    by_query = call(
        request("POST", "/v1/transcribe", toy_model.wav(SPOKEN), "audio/wav", f"format={form}")
    )
    assert by_member == by_query
    assert by_member[:2] == (200, media_type)
    assert by_member[2].startswith(start)


def test_timestamps_can_be_left_out():
    body = json.loads(call(as_json(audio=toy_model.wav(SPOKEN), timestamps=False))[2])
    assert "words" not in body


def test_a_plain_invocation_for_text_gets_a_string():
    payload = {"audio": base64.b64encode(toy_model.wav(SPOKEN)).decode(), "format": "text"}
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
def test_a_plain_invocation_that_is_refused_gets_a_problem_document(payload, code):
    assert api.handler(payload, Context())["code"] == code


def test_health_names_the_model():
    status, _, body = call(request("GET", "/v1/health"))
    assert status == 200
    assert json.loads(body)["model"]["name"] == "toy"
    assert json.loads(body)["decoders"] == ["greedy"]


def test_health_is_a_problem_where_there_is_no_model(monkeypatch):
    def unavailable(_):
        raise ModelUnavailableError("cannot read manifest.json")

    monkeypatch.setattr(transcription, "warm_transcriber", unavailable)
    status, media_type, body = call(request("GET", "/v1/health"))
    assert (status, media_type) == (503, PROBLEM_MEDIA_TYPE)
    assert json.loads(body)["code"] == "model_unavailable"


def test_a_fault_of_ours_shows_no_trace(monkeypatch):
    def broken(_):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(transcription, "warm_transcriber", broken)
    status, media_type, body = call(as_json(audio=toy_model.wav(SPOKEN)))
    assert (status, media_type) == (500, PROBLEM_MEDIA_TYPE)
    assert "secret" not in body
    assert "Traceback" not in body


@pytest.mark.parametrize("path", ["/nothing", "/v1/transcribe/more", "/v1"])
def test_an_unknown_path_is_a_problem(path):
    status, media_type, body = call(request("GET", path))
    assert (status, media_type, json.loads(body)["code"]) == (404, PROBLEM_MEDIA_TYPE, "not_found")


def test_neither_audio_nor_transcript_is_logged(capsys):
    call(as_json(audio=toy_model.wav(SPOKEN)))
    call(as_json(audio=b"not audio"))
    logged = capsys.readouterr().out
    assert '"AudioSeconds":[' in logged
    assert '"Errors":[1.0]' in logged
    for secret in ("hello", "there", base64.b64encode(toy_model.wav(SPOKEN)).decode()[:40]):
        assert secret not in logged
    assert logging.getLogger().level >= logging.INFO


def test_the_budget_of_a_request_is_the_setting(monkeypatch):
    seen = []
    decode = audio.decode

    def watched(source, budget):
        seen.append(budget)
        return decode(source, budget)

    monkeypatch.setattr(audio, "decode", watched)
    call(as_json(audio=toy_model.wav(SPOKEN)))
    assert seen == [audio.Budget(max_seconds=api.settings.request_max_seconds)]
