"""What callers send, as audio and options: an HTTP request, or the payload of an invocation."""

import base64
import binascii
import json
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from asr.errors import InvalidBase64Error, MalformedRequestError, TooLargeError
from asr.formats.registry import OutputFormat, get_format, to_json
from asr.settings import DECODERS
from asr.transcript import Transcript

# Lambda's own limit for a synchronous invocation, and the audio that it holds in base64, the form
# in which API Gateway hands binary bodies on.
MAX_BODY_BYTES = 6 * 1024 * 1024
MAX_AUDIO_BYTES = MAX_BODY_BYTES // 4 * 3  # 4.5 MiB
OPTIONS = ("format", "timestamps", "decoder")
_JSON = "application/json"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class TranscriptionRequest:
    """Audio to transcribe, how, and how to answer; no `decoder` means the function's."""

    audio: bytes
    format: str = "json"
    timestamps: bool = True
    decoder: str | None = None

    @property
    def output_format(self) -> OutputFormat:
        """The format of the response."""
        return get_format(self.format)

    def content(self, transcript: Transcript) -> dict[str, Any] | str:
        """The response: members of a JSON object, or text."""
        if self.format == "json":
            return to_json(transcript, self.timestamps)
        members = self.output_format.members
        return members(transcript) if members else self.output_format.render(transcript)

    def body(self, transcript: Transcript) -> str:
        """The response as the body of an HTTP message."""
        content = self.content(transcript)
        return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def from_http(event: BaseProxyEvent) -> TranscriptionRequest:
    """Read a request to `/v1/transcribe`: JSON with base64 audio, or the audio itself.

    Options are members of the JSON, or query parameters; members win.

    Raises
    ------
    MalformedRequestError, InvalidBase64Error, TooLargeError
        If there is no body, or it is not what was announced, or there is too much of it.
    """
    body = content(event)
    query = event.query_string_parameters or {}
    options = {name: query[name] for name in OPTIONS if query.get(name)}
    media_type = (event.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if media_type == _JSON or not event.is_base64_encoded:
        return from_payload(options | _members(body))
    return _request(body, options)


def content(event: BaseProxyEvent) -> bytes:
    """The body of a request, binary or not.

    Raises
    ------
    MalformedRequestError, InvalidBase64Error
        If there is none, or it is announced as base64 and is not.
    """
    body = event.body or ""
    if not body:
        raise MalformedRequestError("the request has no body")
    return decode_base64(body) if event.is_base64_encoded else body.encode()


def from_payload(payload: Mapping[str, Any]) -> TranscriptionRequest:
    """Read `{"audio": "<base64>", ...options}`; raises as `from_http` does."""
    encoded = payload.get("audio")
    if not isinstance(encoded, str):
        raise MalformedRequestError('the member "audio" (a string, base64) is missing')
    return _request(decode_base64(encoded), payload)


def decode_base64(encoded: str) -> bytes:
    """Decode base64 (RFC 4648), with or without line breaks; raises InvalidBase64Error."""
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidBase64Error(f"the audio is not base64: {error}") from error


def _members(content: bytes) -> dict[str, Any]:
    try:
        members = json.loads(content)
    except (ValueError, RecursionError) as error:  # the second, where it is nested too deeply
        raise MalformedRequestError(
            f"the body is neither JSON nor declared as audio: {error}"
        ) from error
    if not isinstance(members, dict):
        raise MalformedRequestError("the body is JSON, but not an object")
    return members


def _request(audio: bytes, options: Mapping[str, Any]) -> TranscriptionRequest:
    form = options.get("format", "json")
    if not isinstance(form, str):
        raise MalformedRequestError("format is not a string")
    get_format(form)
    if len(audio) > MAX_AUDIO_BYTES:
        raise TooLargeError(
            f"a request may hold {MAX_AUDIO_BYTES:,} bytes of audio, and this one holds more"
        )
    return TranscriptionRequest(audio, form, _boolean("timestamps", options), _decoder(options))


def _decoder(options: Mapping[str, Any]) -> str | None:
    if "decoder" not in options:
        return None
    name = options["decoder"]
    if name not in DECODERS:
        raise MalformedRequestError(
            f"decoder is {reprlib.repr(name)}, and not one of {', '.join(DECODERS)}"
        )
    return str(name)


def _boolean(name: str, options: Mapping[str, Any]) -> bool:
    value = options.get(name, True)
    if isinstance(value, bool):
        return value
    if str(value).lower() not in _BOOLEANS:
        raise MalformedRequestError(f"{name} is not true or false")
    return _BOOLEANS[str(value).lower()]
