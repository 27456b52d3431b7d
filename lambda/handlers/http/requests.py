"""Parser of transcription requests: HTTP requests and payloads of direct invocations."""

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

# Lambda's limit for a synchronous invocation, and the audio that it holds in base64, which is how
# API Gateway passes binary bodies.
MAX_BODY_BYTES = 6 * 1024 * 1024
MAX_AUDIO_BYTES = MAX_BODY_BYTES // 4 * 3  # 4.5 MiB
DECODER_DESCRIPTION = (
    "`greedy` decodes each frame on its own; `beam` searches with the language model of the "
    "bundle, if it has one. Defaults to the server's setting."
)
OPTIONS = ("format", "timestamps", "decoder")
_JSON = "application/json"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class TranscriptionRequest:
    """Audio to transcribe, with options; the default `decoder` is the server's setting."""

    audio: bytes
    format: str = "json"
    timestamps: bool = True
    decoder: str | None = None

    @property
    def output_format(self) -> OutputFormat:
        """Output format of the transcript."""
        return get_format(self.format)

    def content(self, transcript: Transcript) -> dict[str, Any] | str:
        """Transcript in the requested format: a JSON object or text."""
        if self.format == "json":
            return to_json(transcript, self.timestamps)
        members = self.output_format.members
        return members(transcript) if members else self.output_format.render(transcript)

    def body(self, transcript: Transcript) -> str:
        """Transcript in the requested format, as the body of an HTTP response."""
        content = self.content(transcript)
        return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def from_http(event: BaseProxyEvent) -> TranscriptionRequest:
    """Parse a request to `/v1/transcribe`: JSON with base64 audio, or the audio itself.

    Options are keys of the JSON object or query parameters; the JSON takes precedence.

    Raises
    ------
    MalformedRequestError, InvalidBase64Error, TooLargeError
        If the body is missing, invalid or too large, or an option is invalid.
    """
    body = body_bytes(event)
    query = event.query_string_parameters or {}
    options = {name: query[name] for name in OPTIONS if query.get(name)}
    media_type = (event.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if media_type == _JSON or not event.is_base64_encoded:
        return from_payload(options | _parse_json_object(body))
    return _request(body, options)


def body_bytes(event: BaseProxyEvent) -> bytes:
    """Body of a request, decoded if it is base64.

    Raises
    ------
    MalformedRequestError, InvalidBase64Error
        If it is empty, or declared as base64 but is not.
    """
    body = event.body or ""
    if not body:
        raise MalformedRequestError("the request has no body")
    return decode_base64(body) if event.is_base64_encoded else body.encode()


def from_payload(payload: Mapping[str, Any]) -> TranscriptionRequest:
    """Parse `{"audio": "<base64>", ...options}`; raises the same errors as `from_http`."""
    encoded = payload.get("audio")
    if not isinstance(encoded, str):
        raise MalformedRequestError('the key "audio" (a base64 string) is missing')
    return _request(decode_base64(encoded), payload)


def decode_base64(encoded: str) -> bytes:
    """Decode base64 (RFC 4648), with or without line breaks; raises InvalidBase64Error."""
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidBase64Error(f"the audio is not valid base64: {error}") from error


def check_audio_size(audio: bytes) -> None:
    """Raise TooLargeError for more than `MAX_AUDIO_BYTES`."""
    if len(audio) > MAX_AUDIO_BYTES:
        raise TooLargeError(
            f"the audio has {len(audio):,} bytes; the limit of a request is {MAX_AUDIO_BYTES:,}"
        )


def _parse_json_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:  # the latter if it is nested too deeply
        raise MalformedRequestError(
            f"the body is not JSON, and its content type is not an audio type: {error}"
        ) from error
    if not isinstance(parsed, dict):
        raise MalformedRequestError("the body is JSON, but not an object")
    return parsed


def _request(audio: bytes, options: Mapping[str, Any]) -> TranscriptionRequest:
    format_name = options.get("format", "json")
    if not isinstance(format_name, str):
        raise MalformedRequestError("format is not a string")
    get_format(format_name)
    check_audio_size(audio)
    return TranscriptionRequest(
        audio, format_name, _boolean("timestamps", options), _decoder(options)
    )


def _decoder(options: Mapping[str, Any]) -> str | None:
    if "decoder" not in options:
        return None
    name = options["decoder"]
    if name not in DECODERS:
        raise MalformedRequestError(
            f"invalid decoder {reprlib.repr(name)}; expected one of {', '.join(DECODERS)}"
        )
    return str(name)


def _boolean(name: str, options: Mapping[str, Any]) -> bool:
    value = options.get(name, True)
    if isinstance(value, bool):
        return value
    if str(value).lower() not in _BOOLEANS:
        raise MalformedRequestError(f"invalid {name}; expected true or false")
    return _BOOLEANS[str(value).lower()]
