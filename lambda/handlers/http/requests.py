"""Parser of transcription requests: HTTP requests and payloads of direct invocations."""

import json
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from asr import channels, vocabulary
from asr.channels import SeparateChannels
from asr.choices import OptionError, check_names, check_value
from asr.formats.registry import FORMATS, OutputFormat, get_format, to_json
from asr.settings import DECODERS, MAX_TRACK
from asr.transcript import Transcript
from asr.vocabulary import NO_VOCABULARY, Vocabulary
from handlers.http import bodies, multipart_form
from handlers.http.multipart_form import Form, parse_form

AUDIO_FIELDS = ("file", "audio")  # of a form
OPTIONS = (
    *("format", "timestamps", "decoder", "track", "vocabulary", "punctuate"),
    *(channels.OPTION, channels.NAMES_OPTION),
)
LISTS = (vocabulary.OPTION, channels.NAMES_OPTION)  # options that may be repeated
_JSON = "application/json"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class TranscriptionRequest:
    """Audio to transcribe, with options.

    By default, `decoder` and `punctuate` are the server's settings, `track` the best sound track,
    and all channels are mixed.
    """

    audio: bytes
    format: str = "json"
    timestamps: bool = True
    decoder: str | None = None
    track: int | None = None
    vocabulary: Vocabulary = NO_VOCABULARY
    punctuate: bool | None = None
    channels: SeparateChannels | None = None

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
    """Parse a request to `/v1/transcribe`: a form, JSON with base64 audio, or the audio itself.

    Options are fields of the form, members of the JSON object or query parameters; the body takes
    precedence.

    Raises
    ------
    MalformedRequestError, InvalidBase64Error, TooLargeError
        If the body is missing, invalid or too large, or an option is unknown or invalid.
    """
    query = query_options(event)
    check_names(query, OPTIONS, "query parameter")
    _request(b"", query)  # also values that the body overrides must be valid
    body = bodies.body_bytes(event)
    if bodies.media_type(event) == multipart_form.MEDIA_TYPE:
        return _from_form(parse_form(body, event.headers["content-type"]), query)
    if _is_json(event, body):
        return from_payload(query | bodies.parse_json_object(body))
    return _request(body, query)


def from_payload(payload: Mapping[str, Any]) -> TranscriptionRequest:
    """Parse `{"audio": "<base64>", ...options}`; raises the same errors as `from_http`."""
    check_names(payload, ("audio", *OPTIONS), "member")
    encoded = payload.get("audio")
    if not isinstance(encoded, str):
        raise OptionError("audio", 'the member "audio" (a base64 string) is missing')
    return _request(bodies.decode_audio(encoded), payload)


def query_options(event: BaseProxyEvent) -> dict[str, Any]:
    """Query parameters; of a repeated one the last value, except of a list."""
    given = event.multi_value_query_string_parameters or {
        name: [value] for name, value in event.query_string_parameters.items()
    }
    return last_values((multipart_form.base_name(name), given[name]) for name in given)


def last_values(given: Iterable[tuple[str, list[str]]]) -> dict[str, Any]:
    """The last value of each name, but all values of a list."""
    return {name: values if name in LISTS else values[-1] for name, values in given}


def _from_form(form: Form, query: dict[str, Any]) -> TranscriptionRequest:
    audio = form.audio(AUDIO_FIELDS)
    names = [name for name in form.names if name not in AUDIO_FIELDS]
    check_names(names, OPTIONS, "form field")
    return _request(audio, query | last_values((name, form.texts(name)) for name in names))


def _is_json(event: BaseProxyEvent, body: bytes) -> bool:
    """Whether a body is JSON, whose content type `curl --data` does not name."""
    return (
        bodies.media_type(event) == _JSON
        or not event.is_base64_encoded
        or body.lstrip().startswith(b'{"')
    )


def _request(audio: bytes, options: Mapping[str, Any]) -> TranscriptionRequest:
    request = TranscriptionRequest(
        audio,
        check_value("format", options.get("format", "json"), FORMATS),
        _boolean("timestamps", options.get("timestamps", True)),
        check_value("decoder", options["decoder"], DECODERS) if "decoder" in options else None,
        parse_track(options.get("track")),
        _vocabulary(options),
        _boolean("punctuate", options["punctuate"]) if "punctuate" in options else None,
        channels.parse(options.get(channels.OPTION), options.get(channels.NAMES_OPTION)),
    )
    bodies.check_audio_size(audio)
    return request


def parse_track(value: object) -> int | None:
    """Number of a sound track, from 1, or None; raises OptionError for anything else."""
    if value is None:
        return None
    text = str(value)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:5]) <= MAX_TRACK):
        raise OptionError(
            "track", f"track is {reprlib.repr(value)}, expected a number from 1 to {MAX_TRACK:,}"
        )
    return int(text)


def _vocabulary(options: Mapping[str, Any]) -> Vocabulary:
    if vocabulary.OPTION not in options:
        return NO_VOCABULARY
    return vocabulary.parse(options[vocabulary.OPTION])


def _boolean(name: str, value: object) -> bool:
    return _BOOLEANS[check_value(name, str(value).lower(), _BOOLEANS)]
