"""Bodies of requests: their limits, and the decoding of JSON and base64."""

import base64
import binascii
import json
import re
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from asr.errors import InvalidBase64Error, MalformedRequestError, TooLargeError

# Lambda's limit for a synchronous invocation, and the audio that it holds in base64, which is how
# API Gateway passes binary bodies.
MAX_BODY_BYTES = 6 * 1024 * 1024
MAX_AUDIO_BYTES = MAX_BODY_BYTES // 4 * 3  # 4.5 MiB
_DATA_URI = re.compile(r"data:(?P<type>[^,]{0,200}),", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"(https?|s3|file|blob):", re.IGNORECASE)
_URL_SAFE = str.maketrans("-_", "+/")


def media_type(event: BaseProxyEvent) -> str:
    """Media type of a request in lower case, without parameters; empty if it has none."""
    return (event.headers.get("content-type") or "").partition(";")[0].strip().lower()


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


def decode_audio(text: str) -> bytes:
    """Decode audio in a text: base64, or a data URI (RFC 2397).

    Raises
    ------
    InvalidBase64Error
        If it is neither.
    """
    text = text.strip()
    uri = _DATA_URI.match(text)
    if uri is None:
        if _WEB_ADDRESS.match(text):
            raise InvalidBase64Error(
                "the audio is an address, expected its content in base64; addresses are not fetched"
            )
        return decode_base64(text)
    content = text[uri.end() :]
    if uri["type"].rstrip().lower().endswith(";base64"):
        return decode_base64(unquote(content))
    return unquote_to_bytes(content)


def decode_base64(encoded: str) -> bytes:
    """Decode base64 or base64url (RFC 4648), with or without line breaks and padding.

    Raises
    ------
    InvalidBase64Error
        If it is neither, or mixes the two alphabets.
    """
    compact = "".join(encoded.split())
    if "-" in compact or "_" in compact:
        if "+" in compact or "/" in compact:
            raise InvalidBase64Error("the audio mixes base64 and base64url")
        compact = compact.translate(_URL_SAFE)
    if "=" not in compact:
        compact += "=" * (-len(compact) % 4)
    try:
        return base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidBase64Error(f"the audio is not valid base64: {error}") from error


def check_audio_size(audio: bytes) -> None:
    """Raise TooLargeError for more than `MAX_AUDIO_BYTES`."""
    if len(audio) > MAX_AUDIO_BYTES:
        raise TooLargeError(
            f"the audio has {len(audio):,} bytes; the limit of a request is {MAX_AUDIO_BYTES:,}"
        )


def parse_json_object(body: bytes) -> dict[str, Any]:
    """Parse a body that must be a JSON object; raises MalformedRequestError."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:  # the latter if it is nested too deeply
        raise MalformedRequestError(
            f"the body is not JSON, and its content type is not an audio type: {error}"
        ) from error
    if not isinstance(parsed, dict):
        raise MalformedRequestError("the body is JSON, but not an object")
    return parsed
