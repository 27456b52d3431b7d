"""The routes of OpenAI's API, with its own client over a socket and with API Gateway events."""

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
from handlers.http import bodies, transcription
from handlers.http import openai as openai_routes
from tests.support import toy_model
from tests.support.api_events import Context, request

SPOKEN = "hello there"


@pytest.fixture
def client(server: str) -> OpenAI:
    return OpenAI(base_url=f"{server}/v1", api_key="unused", max_retries=0)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.wav"
    path.write_bytes(toy_model.text_wav(SPOKEN))
    return path


def test_a_file_is_transcribed(client: OpenAI, clip: Path):
    with clip.open("rb") as file:
        response = client.audio.transcriptions.create(file=file, model="whisper-1")
    assert response.text == SPOKEN
    assert response.usage is not None
    assert response.usage.type == "duration"
    assert response.usage.seconds == pytest.approx(
        len(toy_model.text_waveform(SPOKEN)) / 16_000, abs=1e-3
    )


def test_options_for_other_models_are_ignored(client: OpenAI, clip: Path):
    response = client.audio.transcriptions.create(
        file=clip,
        model="gpt-4o-transcribe",
        language="en",
        prompt="names: Ada, Grace",
        temperature=0.4,
        include=["logprobs"],
        chunking_strategy="auto",
        response_format="json",
    )
    assert response.text == SPOKEN


@pytest.mark.parametrize(
    ("response_format", "start"),
    [("text", "hello there\n"), ("srt", "1\n00:00:00,000 --> "), ("vtt", "WEBVTT\n\n00:00:")],
)
def test_text_formats_are_returned_as_text(client: OpenAI, clip: Path, response_format, start: str):
    response = client.audio.transcriptions.create(
        file=clip, model="any", response_format=response_format
    )
    assert isinstance(response, str)
    assert response.startswith(start)


def verbose(client: OpenAI, clip: Path, **options) -> TranscriptionVerbose:
    response = client.audio.transcriptions.create(
        file=clip, model="any", response_format="verbose_json", **options
    )
    assert isinstance(response, TranscriptionVerbose)
    return response


def test_verbose_json_fits_the_type_of_the_client(client: OpenAI, clip: Path):
    response = verbose(client, clip)
    assert (response.text, response.language, response.words) == (SPOKEN, "english", None)
    assert response.segments is not None
    (segment,) = response.segments
    assert (segment.text, segment.start) == (SPOKEN, 0.0)
    assert segment.end <= response.duration
    # Strict, because the client itself does not validate.
    TranscriptionVerbose.model_validate(response.model_dump(), strict=True)


def test_words_are_listed_on_request(client: OpenAI, clip: Path):
    response = verbose(client, clip, timestamp_granularities=["word"])
    assert response.segments is None
    assert response.words is not None
    assert [word.word for word in response.words] == ["hello", "there"]
    both = verbose(client, clip, timestamp_granularities=["word", "segment"])
    assert both.words == response.words
    assert both.segments


def test_a_stream_has_the_text_in_its_events(client: OpenAI, clip: Path):
    *deltas, done = client.audio.transcriptions.create(file=clip, model="any", stream=True)
    assert done.type == "transcript.text.done"
    assert all(event.type == "transcript.text.delta" for event in deltas)
    joined = "".join(event.delta for event in deltas if event.type == "transcript.text.delta")
    assert joined == done.text == SPOKEN


def test_the_only_model_is_the_one_that_is_served(client: OpenAI):
    (model,) = client.models.list()
    assert (model.id, model.object, model.created) == ("toy", "model", 1767225600)
    assert client.models.retrieve("toy") == model
    with pytest.raises(openai.NotFoundError) as rejection:
        client.models.retrieve("gpt-4o-mini")
    assert rejection.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"these are words, not sound " * 50, "unsupported_audio"),
        (b"", "empty_audio"),
        (toy_model.encode(toy_model.text_waveform("a")[:160]), "too_short"),
    ],
)
def test_unusable_audio_is_a_bad_request(client: OpenAI, content: bytes, code: str):
    with pytest.raises(openai.BadRequestError) as rejection:
        client.audio.transcriptions.create(file=("clip.wav", content), model="any")
    assert (rejection.value.code, rejection.value.param) == (code, "file")
    assert rejection.value.type == "invalid_request_error"


@pytest.mark.parametrize("size", [bodies.MAX_AUDIO_BYTES + 1, bodies.MAX_BODY_BYTES * 2])
def test_a_file_that_is_too_large_has_status_413(client: OpenAI, size: int):
    with pytest.raises(openai.APIStatusError) as rejection:
        client.audio.transcriptions.create(file=("clip.wav", b"\0" * size), model="any")
    assert (rejection.value.status_code, rejection.value.code) == (413, "too_large")
    assert rejection.value.param == "file"


def test_audio_that_is_too_long_has_status_413(client: OpenAI):
    silence = toy_model.encode(np.zeros(301 * 16_000, np.float32), "FLAC")
    with pytest.raises(openai.APIStatusError) as rejection:
        client.audio.transcriptions.create(file=("long.flac", silence), model="any")
    assert (rejection.value.status_code, rejection.value.code) == (413, "too_long")


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
def test_the_error_of_a_bad_option_has_its_name(client: OpenAI, clip: Path, options, field):
    with pytest.raises(openai.BadRequestError) as rejection:
        client.audio.transcriptions.create(**({"file": clip, "model": "any"} | options))
    assert (rejection.value.code, rejection.value.param) == ("malformed_request", field)
    assert field in rejection.value.message


def test_a_missing_model_bundle_is_a_server_error(client: OpenAI, clip: Path, monkeypatch):
    def unavailable(_):
        raise ModelUnavailableError("cannot read manifest.json")

    for module in (openai_routes, transcription):
        monkeypatch.setattr(module, "warm_transcriber", unavailable)
    for call in (
        lambda: client.audio.transcriptions.create(file=clip, model="any"),
        client.models.list,
    ):
        with pytest.raises(openai.InternalServerError) as rejection:
            call()
        assert (rejection.value.status_code, rejection.value.code) == (503, "model_unavailable")
        assert rejection.value.type == "server_error"


def test_an_internal_error_has_no_traceback(client: OpenAI, clip: Path, monkeypatch):
    def broken(_):
        raise RuntimeError("internal secret")

    monkeypatch.setattr(transcription, "warm_transcriber", broken)
    with pytest.raises(openai.InternalServerError) as rejection:
        client.audio.transcriptions.create(file=clip, model="any")
    assert (rejection.value.status_code, rejection.value.code) == (500, "internal")
    assert "secret" not in str(rejection.value.body)


def form(fields: list[tuple[str, bytes]]) -> tuple[bytes, str]:
    """Encode a form with urllib3; returns the body and its content type."""
    parts = [(name, ("clip.wav", content)) for name, content in fields]
    return encode_multipart_formdata(parts)


def post(body: bytes | str | None, content_type: str | None) -> tuple[int, dict[str, Any]]:
    event = request("POST", "/v1/audio/transcriptions", body, content_type)
    response = api.handler(event, Context())
    return response["statusCode"], json.loads(response["body"])


def test_a_form_from_api_gateway_is_transcribed():
    status, content = post(*form([("file", toy_model.text_wav(SPOKEN)), ("model", b"whisper-1")]))
    assert (status, content["text"]) == (200, SPOKEN)


@pytest.mark.parametrize(
    ("body", "content_type", "field"),
    [
        (None, "multipart/form-data; boundary=b", None),
        (b"{}", "application/json", None),
        (toy_model.text_wav(SPOKEN), "audio/wav", None),
        (b"--b\r\n", "multipart/form-data; boundary=b", None),
        (b"--b--\r\n", "multipart/mixed; boundary=b", None),
        (b"--b--\r\n", "multipart/form-data", None),
        (form([("file", b"RIFF")])[0], "multipart/form-data; boundary=another", None),
        (*form([("model", b"whisper-1")]), "file"),
        (*form([("file", toy_model.text_wav(SPOKEN))]), "model"),
        ("text that was not declared binary", "multipart/form-data; boundary=b", None),
    ],
    ids=str.split("absent json audio unfinished mixed unbounded foreign no-file no-model text"),
)
def test_an_invalid_form_is_rejected_in_openais_envelope(body, content_type, field):
    status, content = post(body, content_type)
    assert (status, list(content)) == (400, ["error"])
    assert content["error"].keys() == {"message", "type", "param", "code"}
    assert content["error"]["code"] == "malformed_request"
    assert content["error"]["param"] == field


def test_metrics_and_logs_contain_no_words(capsys):
    post(*form([("file", toy_model.text_wav(SPOKEN)), ("model", b"whisper-1")]))
    post(*form([("file", b"no audio"), ("model", b"whisper-1")]))
    logged = capsys.readouterr().out
    assert '"AudioSeconds":[' in logged
    assert '"Errors":[1.0]' in logged
    assert "hello" not in logged
