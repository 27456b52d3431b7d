"""Parser of transcription requests of OpenAI's clients."""

import reprlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from asr.errors import MalformedRequestError
from asr.formats.openai import GRANULARITIES
from asr.settings import DECODERS
from handlers.http import requests
from handlers.http.multipart_form import Form, parse_form

ResponseFormat = Literal["json", "text", "srt", "vtt", "verbose_json"]
_GRANULARITIES = "timestamp_granularities"
_DEFAULT_GRANULARITIES = frozenset({"segment"})


class FormFieldError(MalformedRequestError):
    """A field of the form is missing or has an invalid value."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


@dataclass(frozen=True)
class OpenAIRequest:
    """Audio to transcribe, with options.

    Attributes
    ----------
    granularities : frozenset of str
        Contents of `verbose_json`: `word`, `segment`.
    stream : bool
        Whether the response is server-sent events, regardless of `response_format`.
    decoder : str, optional
        Not part of OpenAI's API: `greedy` or `beam`; None for the server's setting.
    """

    audio: bytes
    response_format: str = "json"
    granularities: frozenset[str] = _DEFAULT_GRANULARITIES
    stream: bool = False
    decoder: str | None = None


def from_http(event: BaseProxyEvent) -> OpenAIRequest:
    """Parse a request to `/v1/audio/transcriptions`.

    `model` is required and may have any value, since the server has one model. Options for other
    kinds of model are ignored: `language`, `prompt`, `temperature`, `include[]`,
    `chunking_strategy` and so on.

    Raises
    ------
    FormFieldError
        If a field is missing or has an invalid value.
    MalformedRequestError, InvalidBase64Error, TooLargeError
        If the body is not a form or exceeds the limits.
    """
    content_type = event.headers.get("content-type") or ""
    form = parse_form(requests.body_bytes(event), content_type)
    audio = form.first("file")
    if audio is None:
        raise FormFieldError("file", "the field file (the audio) is missing")
    requests.check_audio_size(audio)
    if not form.first("model"):
        raise FormFieldError("model", "the field model is missing")
    response_format = _choice(form, "response_format", get_args(ResponseFormat), "json")
    return OpenAIRequest(
        audio,
        response_format,
        _granularities(form, response_format),
        stream=_choice(form, "stream", ("true", "false"), "false") == "true",
        decoder=_choice(form, "decoder", DECODERS, "") or None,
    )


def _choice(form: Form, field: str, choices: Collection[str], default: str) -> str:
    """Last value of a field, which must be one of `choices`."""
    values = form.texts([field])
    if not values:
        return default
    _check_choice(field, values[-1], choices)
    return values[-1]


def _check_choice(field: str, value: str, choices: Collection[str]) -> None:
    if value not in choices:
        raise FormFieldError(
            field, f"invalid {field} {reprlib.repr(value)}; expected one of {', '.join(choices)}"
        )


def _granularities(form: Form, response_format: str) -> frozenset[str]:
    values = form.texts([_GRANULARITIES, f"{_GRANULARITIES}[]"])
    if not values:
        return _DEFAULT_GRANULARITIES
    if response_format != "verbose_json":
        raise FormFieldError(
            _GRANULARITIES, f"{_GRANULARITIES} requires response_format to be verbose_json"
        )
    for value in values:
        _check_choice(_GRANULARITIES, value, GRANULARITIES)
    return frozenset(values)
