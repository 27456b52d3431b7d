"""What OpenAI's clients send to have audio transcribed, read as their service reads it."""

import reprlib
from collections.abc import Collection
from dataclasses import dataclass

from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from asr.errors import MalformedRequestError, TooLargeError
from asr.formats import openai
from asr.settings import DECODERS
from handlers.http import multipart_form, requests
from handlers.http.requests import MAX_AUDIO_BYTES

RESPONSE_FORMATS = ("json", "text", "srt", "vtt", "verbose_json")
_GRANULARITIES = "timestamp_granularities"
_DEFAULT_GRANULARITIES = frozenset({"segment"})


class FieldError(MalformedRequestError):
    """A field of the form is missing or not what it may be."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


@dataclass(frozen=True)
class OpenaiRequest:
    """Audio to transcribe, and how to answer.

    Attributes
    ----------
    granularities : frozenset of str
        What `verbose_json` lists: `word`, `segment`.
    stream : bool
        Whether the answer is server-sent events, whatever `response_format` says.
    decoder : str, optional
        Ours, not theirs: `greedy` or `beam`; None means the function's.
    """

    audio: bytes
    response_format: str = "json"
    granularities: frozenset[str] = _DEFAULT_GRANULARITIES
    stream: bool = False
    decoder: str | None = None


def read(event: BaseProxyEvent) -> OpenaiRequest:
    """Read a request to `/v1/audio/transcriptions`.

    `model` must be there and may say anything, for the function serves one model. What steers other
    kinds of model is passed over: `language`, `prompt`, `temperature`, `include[]`,
    `chunking_strategy` and so on.

    Raises
    ------
    FieldError
        If a field is missing or not what it may be.
    MalformedRequestError, InvalidBase64Error, TooLargeError
        If there is no form, or it cannot be read, or there is too much of it.
    """
    content_type = event.headers.get("content-type") or ""
    form = multipart_form.read(requests.content(event), content_type)
    audio = form.content("file")
    if audio is None:
        raise FieldError("file", "the field file, the audio, is missing")
    if len(audio) > MAX_AUDIO_BYTES:
        raise TooLargeError(
            f"a request may hold {MAX_AUDIO_BYTES:,} bytes of audio, and this one holds more"
        )
    if not form.content("model"):
        raise FieldError("model", "the field model is missing")
    response_format = _choice(form, "response_format", RESPONSE_FORMATS, "json")
    return OpenaiRequest(
        audio,
        response_format,
        _granularities(form, response_format),
        _choice(form, "stream", ("true", "false"), "false") == "true",
        _choice(form, "decoder", DECODERS, "") or None,
    )


def _choice(form: multipart_form.Form, field: str, allowed: Collection[str], default: str) -> str:
    given = form.texts([field])
    if not given:
        return default
    if given[-1] not in allowed:
        raise FieldError(
            field, f"{field} is {reprlib.repr(given[-1])}, but not one of {', '.join(allowed)}"
        )
    return given[-1]


def _granularities(form: multipart_form.Form, response_format: str) -> frozenset[str]:
    given = form.texts([_GRANULARITIES, f"{_GRANULARITIES}[]"])
    if not given:
        return _DEFAULT_GRANULARITIES
    if response_format != "verbose_json":
        raise FieldError(
            _GRANULARITIES, f"{_GRANULARITIES} needs response_format to be verbose_json"
        )
    if unknown := set(given).difference(openai.GRANULARITIES):
        raise FieldError(
            _GRANULARITIES,
            f"{_GRANULARITIES} has {reprlib.repr(min(unknown))}, which is not one of "
            f"{', '.join(openai.GRANULARITIES)}",
        )
    return frozenset(given)
