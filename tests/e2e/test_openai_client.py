"""The OpenAI client with the HTTP API; over a socket if `sam local start-api` serves it."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import openai
import pytest
from openai import OpenAI
from openai.types.audio import TranscriptionVerbose

from asr.written_text import split_marks
from tests.support.interfaces import Document, Gateway

pytestmark = pytest.mark.e2e

CommandLine = Callable[[Path], Document]


@pytest.fixture
def client(gateway: Gateway) -> OpenAI:
    if gateway.address is not None:
        return OpenAI(base_url=f"{gateway.address}/v1", api_key="unused", max_retries=0)

    def forward(request: httpx2.Request) -> httpx2.Response:
        content_type = request.headers.get("content-type")
        response = gateway(request.method, request.url.path, request.read(), content_type)
        return httpx2.Response(
            response.status, headers={"content-type": response.media_type}, content=response.body
        )

    emulated = httpx2.Client(transport=httpx2.MockTransport(forward))
    return OpenAI(base_url="http://gateway/v1", api_key="unused", http_client=emulated)


def test_a_file_gives_the_transcript_of_the_command_line(
    client: OpenAI, command_line: CommandLine, hello: Path
):
    response = client.audio.transcriptions.create(file=hello, model="whisper-1")
    assert response.text == command_line(hello)["transcript"]


def test_a_browser_recording_has_the_words_of_the_command_line(
    client: OpenAI, command_line: CommandLine, recording: Path
):
    response = client.audio.transcriptions.create(
        file=recording,
        model="whisper-1",
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert isinstance(response, TranscriptionVerbose)
    assert response.words is not None
    assert [word.model_dump() for word in response.words] == [
        {
            "word": split_marks(word["punctuated_word"])[1],
            "start": word["start"],
            "end": word["end"],
        }
        for word in command_line(recording)["words"]
    ]
    assert response.segments


def test_subtitles_are_plain_text(client: OpenAI, hello: Path):
    response = client.audio.transcriptions.create(
        file=hello, model="whisper-1", response_format="srt"
    )
    assert response.startswith("1\n00:00:0")


def test_a_stream_ends_with_the_complete_text(
    client: OpenAI, command_line: CommandLine, hello: Path
):
    *_, done = client.audio.transcriptions.create(file=hello, model="whisper-1", stream=True)
    assert done.type == "transcript.text.done"
    assert done.text == command_line(hello)["transcript"]


def test_models_are_listed_and_found(client: OpenAI, command_line: CommandLine, hello: Path):
    (model,) = client.models.list()
    assert model.id == command_line(hello)["model"]["name"]
    assert client.models.retrieve(model.id) == model
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4o-mini")


def test_bytes_that_are_not_audio_are_a_bad_request(client: OpenAI):
    with pytest.raises(openai.BadRequestError) as rejected:
        client.audio.transcriptions.create(file=("x.wav", b"not audio " * 99), model="whisper-1")
    assert (rejected.value.code, rejected.value.param) == ("unsupported_audio", "file")
