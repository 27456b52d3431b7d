"""OpenAI's API, asked by OpenAI's own client over a real socket, and by API Gateway's events."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pytest
from openai import OpenAI
from openai.types.audio import TranscriptionVerbose
from urllib3.filepost import encode_multipart_formdata

from asr.errors import ModelUnavailableError
from handlers import api
from handlers.http import openai as openai_routes
from handlers.http import requests
from tests.support import toy_model
from tests.support.api_events import Context, request

SPOKEN = "hello there"


@pytest.fixture
def client(server: str) -> OpenAI:
    return OpenAI(base_url=f"{server}/v1", api_key="unused", max_retries=0)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.wav"
    path.write_bytes(toy_model.wav(SPOKEN))
    return path


def test_a_file_is_transcribed(client: OpenAI, clip: Path):
    with clip.open("rb") as file:
        answer = client.audio.transcriptions.create(file=file, model="whisper-1")
    assert answer.text == SPOKEN
    assert answer.usage is not None
    assert answer.usage.type == "duration"
    assert answer.usage.seconds == pytest.approx(len(toy_model.speak(SPOKEN)) / 16_000, abs=1e-3)


def test_options_for_other_kinds_of_model_are_passed_over(client: OpenAI, clip: Path):
    answer = client.audio.transcriptions.create(
        file=clip,
        model="gpt-4o-transcribe",
        language="en",
        prompt="names: Ada, Grace",
        temperature=0.4,
        include=["logprobs"],
        chunking_strategy="auto",
        response_format="json",
    )
    assert answer.text == SPOKEN


@pytest.mark.parametrize(
    ("response_format", "start"),
    [("text", "hello there\n"), ("srt", "1\n00:00:00,000 --> "), ("vtt", "WEBVTT\n\n00:00:")],
)
def test_text_forms_come_as_text(client: OpenAI, clip: Path, response_format, start: str):
    answer = client.audio.transcriptions.create(
        file=clip, model="any", response_format=response_format
    )
    assert isinstance(answer, str)
    assert answer.startswith(start)


def verbose(client: OpenAI, clip: Path, **options) -> TranscriptionVerbose:
    answer = client.audio.transcriptions.create(
        file=clip, model="any", response_format="verbose_json", **options
    )
    assert isinstance(answer, TranscriptionVerbose)
    return answer


def test_verbose_json_has_every_member_that_their_type_has(client: OpenAI, clip: Path):
    answer = verbose(client, clip)
    assert (answer.text, answer.language, answer.words) == (SPOKEN, "english", None)
    assert answer.segments is not None
    (segment,) = answer.segments
    assert (segment.text, segment.start) == (SPOKEN, 0.0)
    assert segment.end <= answer.duration
    # Strict: the client itself lets anything pass.
    TranscriptionVerbose.model_validate(answer.model_dump(), strict=True)


def test_words_come_where_they_are_asked_for(client: OpenAI, clip: Path):
    answer = verbose(client, clip, timestamp_granularities=["word"])
    assert answer.segments is None
    assert answer.words is not None
    assert [word.word for word in answer.words] == ["hello", "there"]
    both = verbose(client, clip, timestamp_granularities=["word", "segment"])
    assert both.words == answer.words
    assert both.segments


def test_a_stream_gives_the_text_in_events(client: OpenAI, clip: Path):
    *deltas, done = client.audio.transcriptions.create(file=clip, model="any", stream=True)
    assert done.type == "transcript.text.done"
    assert all(event.type == "transcript.text.delta" for event in deltas)
    joined = "".join(event.delta for event in deltas if event.type == "transcript.text.delta")
    assert joined == done.text == SPOKEN


def test_models_are_the_one_that_is_served(client: OpenAI):
    (model,) = client.models.list()
    assert (model.id, model.object, model.created) == ("toy", "model", 1767225600)
    assert client.models.retrieve("toy") == model
    with pytest.raises(openai.NotFoundError) as refusal:
        client.models.retrieve("gpt-4o-mini")
    assert refusal.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"these are words, not sound " * 50, "unsupported_audio"),
        (b"", "empty_audio"),
        (toy_model.encode(toy_model.speak("a")[:160]), "too_short"),
    ],
)
def test_audio_that_cannot_be_used_is_a_bad_request(client: OpenAI, content: bytes, code: str):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.audio.transcriptions.create(file=("clip.wav", content), model="any")
    assert (refusal.value.code, refusal.value.param) == (code, "file")
    assert refusal.value.type == "invalid_request_error"


@pytest.mark.parametrize("size", [requests.MAX_AUDIO_BYTES + 1, requests.MAX_BODY_BYTES * 2])
def test_too_large_a_file_has_status_413(client: OpenAI, size: int):
    with pytest.raises(openai.APIStatusError) as refusal:
        client.audio.transcriptions.create(file=("clip.wav", b"\0" * size), model="any")
    assert (refusal.value.status_code, refusal.value.code) == (413, "too_large")
    assert refusal.value.param == "file"


def test_too_long_audio_has_status_413(client: OpenAI):
    silence = toy_model.encode(np.zeros(301 * 16_000, np.float32), "FLAC")
    with pytest.raises(openai.APIStatusError) as refusal:
        client.audio.transcriptions.create(file=("long.flac", silence), model="any")
    assert (refusal.value.status_code, refusal.value.code) == (413, "too_long")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"response_format": "diarized_json"}, "response_format"),
        ({"timestamp_granularities": ["word"]}, "timestamp_granularities"),
        (
            {"response_format": "verbose_json", "timestamp_granularities": ["letter"]},
            "timestamp_granularities",
        ),
        ({"model": ""}, "model"),
        ({"stream": "perhaps"}, "stream"),
    ],
)
def test_a_bad_option_is_a_bad_request_that_names_it(client: OpenAI, clip: Path, options, field):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.audio.transcriptions.create(**({"file": clip, "model": "any"} | options))
    assert (refusal.value.code, refusal.value.param) == ("malformed_request", field)
    assert field in refusal.value.message


def test_a_model_that_is_not_there_is_an_internal_server_error(
    client: OpenAI, clip: Path, monkeypatch
):
    def unavailable(_):
        raise ModelUnavailableError("cannot read manifest.json")

    monkeypatch.setattr(openai_routes, "warm_transcriber", unavailable)
    for ask in (
        lambda: client.audio.transcriptions.create(file=clip, model="any"),
        client.models.list,
    ):
        with pytest.raises(openai.InternalServerError) as refusal:
            ask()
        assert (refusal.value.status_code, refusal.value.code) == (503, "model_unavailable")
        assert refusal.value.type == "server_error"


def test_a_fault_of_ours_shows_no_trace(client: OpenAI, clip: Path, monkeypatch):
    def broken(_):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(openai_routes, "warm_transcriber", broken)
    with pytest.raises(openai.InternalServerError) as refusal:
        client.audio.transcriptions.create(file=clip, model="any")
    assert (refusal.value.status_code, refusal.value.code) == (500, "internal")
    assert "secret" not in str(refusal.value.body)


def form(fields: list[tuple[str, bytes]]) -> tuple[bytes, str]:
    """A form as urllib3 writes it; returns the body and its content type."""
    parts = [(name, ("clip.wav", content)) for name, content in fields]
    return encode_multipart_formdata(parts)


def post(body: bytes | str | None, content_type: str | None) -> tuple[int, dict[str, Any]]:
    event = request("POST", "/v1/audio/transcriptions", body, content_type)
    answer = api.handler(event, Context())
    return answer["statusCode"], json.loads(answer["body"])


def test_a_form_that_api_gateway_hands_on_is_transcribed():
    status, members = post(*form([("file", toy_model.wav(SPOKEN)), ("model", b"whisper-1")]))
    assert (status, members["text"]) == (200, SPOKEN)


@pytest.mark.parametrize(
    ("body", "content_type", "field"),
    [
        (None, "multipart/form-data; boundary=b", None),
        (b"{}", "application/json", None),
        (toy_model.wav(SPOKEN), "audio/wav", None),
        (b"--b\r\n", "multipart/form-data; boundary=b", None),
        (b"--b--\r\n", "multipart/mixed; boundary=b", None),
        (b"--b--\r\n", "multipart/form-data", None),
        (form([("file", b"RIFF")])[0], "multipart/form-data; boundary=another", None),
        (*form([("model", b"whisper-1")]), "file"),
        (*form([("file", toy_model.wav(SPOKEN))]), "model"),
        ("text that was not declared binary", "multipart/form-data; boundary=b", None),
    ],
    ids=str.split("absent json audio unfinished mixed unbounded foreign no-file no-model text"),
)
def test_what_is_not_such_a_form_is_refused_in_their_envelope(body, content_type, field):
    status, members = post(body, content_type)
    assert (status, list(members)) == (400, ["error"])
    assert members["error"].keys() == {"message", "type", "param", "code"}
    assert members["error"]["code"] == "malformed_request"
    assert members["error"]["param"] == field


def test_a_transcription_is_measured_and_neither_audio_nor_words_are_logged(capsys):
    post(*form([("file", toy_model.wav(SPOKEN)), ("model", b"whisper-1")]))
    post(*form([("file", b"no audio"), ("model", b"whisper-1")]))
    logged = capsys.readouterr().out
    assert '"AudioSeconds":[' in logged
    assert '"Errors":[1.0]' in logged
    assert "hello" not in logged
