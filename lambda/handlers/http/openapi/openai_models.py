"""Request and response bodies of the routes that follow OpenAI's API."""

from typing import Annotated, Any, Literal

from pydantic import Field

from asr.formats.openai import Granularity
from asr.settings import Decoder
from handlers.http.openai_requests import ResponseFormat
from handlers.http.openapi.base import ClosedModel, OpenModel, Probability, Seconds, optional


class OpenAITranscriptionForm(OpenModel):
    """Fields of the multipart form."""

    file: Annotated[bytes, Field(description="the audio")]
    model: str = Field(min_length=1, description="any name; the server has one model")
    response_format: ResponseFormat = "json"
    timestamp_granularities: list[Granularity] = optional(
        "contents of verbose_json; rejected with other formats", alias="timestamp_granularities[]"
    )
    stream: Literal["true", "false"] = optional(
        "server-sent events, regardless of response_format; they are sent together, "
        "after the audio has been transcribed",
    )
    decoder: Decoder = optional("not part of OpenAI's API")
    track: int = optional("not part of OpenAI's API: number of the sound track, from 1")
    punctuate: Literal["true", "false"] = optional(
        "not part of OpenAI's API: whether to keep case and punctuation marks"
    )
    channels: Literal["mix", "separate"] = optional("not part of OpenAI's API")
    channel_names: list[str] = optional("not part of OpenAI's API")
    language: str = optional("ignored")
    prompt: str = optional(
        "short parts between commas are names to recognise; the rest is ignored, and all without a "
        "language model"
    )
    hotwords: str = optional("as prompt; not part of OpenAI's API")
    vocabulary: list[str] = optional(
        "names and terms to recognise, at most 500; not part of OpenAI's API"
    )
    temperature: Any = optional("ignored")


class Usage(ClosedModel):
    """Duration of the audio."""

    type: Literal["duration"]
    seconds: Seconds


class OpenAITranscription(ClosedModel):
    """The format `json`."""

    text: str
    usage: Usage


class OpenAIWord(ClosedModel):
    """A word with its times."""

    channel: str = optional("not part of OpenAI's API; with channels separate")
    word: str
    start: Seconds
    end: Seconds


class OpenAISegment(ClosedModel):
    """A phrase between pauses."""

    id: int
    seek: int
    start: Seconds
    end: Seconds
    text: str
    tokens: list[int]
    temperature: float
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: Probability
    channel: str = optional("not part of OpenAI's API; with channels separate")


class OpenAIVerboseTranscription(ClosedModel):
    """The format `verbose_json`."""

    task: Literal["transcribe"]
    language: str
    duration: Seconds
    text: str
    words: list[OpenAIWord] = optional()
    segments: list[OpenAISegment] = optional()
    usage: Usage


class OpenAIEvent(ClosedModel):
    """A server-sent event."""

    event: Literal["transcript.text.delta", "transcript.text.done"]
    data: str = Field(json_schema_extra={"contentMediaType": "application/json"})


class OpenAIModel(ClosedModel):
    """A model that is served."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class OpenAIModelList(ClosedModel):
    """All models that are served."""

    object: Literal["list"]
    data: list[OpenAIModel]


class OpenAIErrorDetail(ClosedModel):
    """An error; `param` is the field of the form that caused it."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIError(ClosedModel):
    """The envelope of errors in OpenAI's API."""

    error: OpenAIErrorDetail
