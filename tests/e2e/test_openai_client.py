"""OpenAI's own client, asking the HTTP API: unchanged where `sam local start-api` serves it."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import openai
import pytest
from openai import OpenAI
from openai.types.audio import TranscriptionVerbose

from tests.support.interfaces import Document, Gateway

pytestmark = pytest.mark.e2e

CommandLine = Callable[[Path], Document]


@pytest.fixture
def client(gateway: Gateway) -> OpenAI:
    if gateway.address is not None:
        return OpenAI(base_url=f"{gateway.address}/v1", api_key="unused", max_retries=0)

    def handed_on(request: httpx2.Request) -> httpx2.Response:
        content_type = request.headers.get("content-type")
        answer = gateway(request.method, request.url.path, request.read(), content_type)
        return httpx2.Response(
            answer.status, headers={"content-type": answer.media_type}, content=answer.body
        )

    emulated = httpx2.Client(transport=httpx2.MockTransport(handed_on))
    return OpenAI(base_url="http://gateway/v1", api_key="unused", http_client=emulated)


def test_a_file_says_what_the_command_line_says(
    client: OpenAI, command_line: CommandLine, hello: Path
):
    answer = client.audio.transcriptions.create(file=hello, model="whisper-1")
    assert answer.text == command_line(hello)["transcript"]


def test_a_browsers_recording_has_the_words_of_the_command_line(
    client: OpenAI, command_line: CommandLine, recording: Path
):
    answer = client.audio.transcriptions.create(
        file=recording,
        model="whisper-1",
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert isinstance(answer, TranscriptionVerbose)
    assert answer.words is not None
    assert [word.model_dump() for word in answer.words] == [
        {name: word[name] for name in ("word", "start", "end")}
        for word in command_line(recording)["words"]
    ]
    assert answer.segments


def test_subtitles_come_as_text(client: OpenAI, hello: Path):
    answer = client.audio.transcriptions.create(
        file=hello, model="whisper-1", response_format="srt"
    )
    assert answer.startswith("1\n00:00:0")


def test_a_stream_ends_with_the_whole_text(client: OpenAI, command_line: CommandLine, hello: Path):
    *_, done = client.audio.transcriptions.create(file=hello, model="whisper-1", stream=True)
    assert done.type == "transcript.text.done"
    assert done.text == command_line(hello)["transcript"]


def test_models_are_listed_and_found(client: OpenAI, command_line: CommandLine, hello: Path):
    (model,) = client.models.list()
    assert model.id == command_line(hello)["model"]["name"]
    assert client.models.retrieve(model.id) == model
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4o-mini")


def test_what_is_not_audio_is_a_bad_request(client: OpenAI):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.audio.transcriptions.create(file=("x.wav", b"not audio " * 99), model="whisper-1")
    assert (refusal.value.code, refusal.value.param) == ("unsupported_audio", "file")
