"""Parser of transcription requests of OpenAI's clients."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from asr import channels, vocabulary
from asr.channels import SeparateChannels
from asr.choices import OptionError, check_names, check_value
from asr.formats.openai import GRANULARITIES
from asr.settings import DECODERS
from asr.vocabulary import NO_VOCABULARY, Vocabulary
from handlers.http import bodies, requests
from handlers.http.multipart_form import Form, parse_form

ResponseFormat = Literal["json", "text", "srt", "vtt", "verbose_json"]
_GRANULARITIES = "timestamp_granularities"
_DEFAULT_GRANULARITIES = frozenset({"segment"})
FIELDS = (
    *("file", "model", "response_format", _GRANULARITIES, "stream", "prompt"),
    # Not of OpenAI's API:
    *("hotwords", "decoder", "track", "vocabulary", "punctuate"),
    *(channels.OPTION, channels.NAMES_OPTION),
)
# Options of OpenAI's API, then of servers that follow it (speaches, vLLM, whisper.cpp, Groq), for
# features that CTC models do not have.
IGNORED_FIELDS = frozenset(
    """language temperature include chunking_strategy known_speaker_names
    known_speaker_references user
    vad_filter without_timestamps task batch_size beam_size best_of patience length_penalty
    temperature_inc no_context suppress_blank seed top_p top_k min_p frequency_penalty
    presence_penalty repetition_penalty max_completion_tokens stream_include_usage
    stream_continuous_usage_stats diarize no_speech_threshold condition_on_previous_text""".split()
)
QUERY_PARAMETERS = ("api-version",)  # of Azure's clients; ignored


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
    track : int, optional
        Not part of OpenAI's API: number of the sound track; None for the best.
    vocabulary : Vocabulary
        Of the field `vocabulary`, which OpenAI's API does not have, or else of `hotwords`, which
        speaches has, or of the short parts of `prompt`; the latter two are optional.
    punctuate : bool, optional
        Not part of OpenAI's API: whether to keep case and punctuation marks.
    """

    audio: bytes
    response_format: str = "json"
    granularities: frozenset[str] = _DEFAULT_GRANULARITIES
    stream: bool = False
    decoder: str | None = None
    track: int | None = None
    vocabulary: Vocabulary = NO_VOCABULARY
    punctuate: bool | None = None
    channels: SeparateChannels | None = None


def from_http(event: BaseProxyEvent) -> OpenAIRequest:
    """Parse a request to `/v1/audio/transcriptions`.

    `model` is required and may have any value, since the server has one model. Options for other
    kinds of model are ignored: `IGNORED_FIELDS`.

    Raises
    ------
    OptionError
        If a field is missing, unknown or has an invalid value.
    MalformedRequestError, InvalidBase64Error, TooLargeError
        If the body is not a form or exceeds the limits.
    """
    check_names(requests.query_options(event), QUERY_PARAMETERS, "query parameter")
    content_type = event.headers.get("content-type") or ""
    form = parse_form(bodies.body_bytes(event), content_type)
    audio = form.audio(["file"])
    bodies.check_audio_size(audio)
    names = [name for name in form.names if name not in IGNORED_FIELDS]
    check_names(names, FIELDS, "form field")
    if not any(form.texts("model")):
        raise OptionError("model", "the field model is missing; it may have any value")
    response_format = _choice(form, "response_format", get_args(ResponseFormat), "json")
    return OpenAIRequest(
        audio,
        response_format,
        _granularities(form, response_format),
        stream=_choice(form, "stream", ("true", "false"), "false") == "true",
        decoder=_choice(form, "decoder", DECODERS, "") or None,
        track=requests.parse_track(next(reversed(form.texts("track")), None)),
        vocabulary=_vocabulary(form),
        punctuate={"true": True, "false": False}.get(
            _choice(form, "punctuate", ("true", "false"), "")
        ),
        channels=channels.parse(
            next(reversed(form.texts(channels.OPTION)), None),
            form.texts(channels.NAMES_OPTION) or None,
        ),
    )


def _vocabulary(form: Form) -> Vocabulary:
    if given := form.texts(vocabulary.OPTION):
        return vocabulary.parse(given)
    prompts = form.texts("hotwords") + form.texts("prompt")
    return vocabulary.parse_prompt("\n".join(prompts)) if prompts else NO_VOCABULARY


def _choice(form: Form, field: str, choices: Collection[str], default: str) -> str:
    """Last value of a field, which must be one of `choices`."""
    values = form.texts(field)
    if not values:
        return default
    is_boolean = "true" in choices
    value = values[-1].lower() if is_boolean else values[-1]  # Python writes `True`
    return check_value(field, value, choices)


def _granularities(form: Form, response_format: str) -> frozenset[str]:
    values = form.texts(_GRANULARITIES)
    if not values:
        return _DEFAULT_GRANULARITIES
    if response_format != "verbose_json":
        raise OptionError(
            _GRANULARITIES,
            f"{_GRANULARITIES} needs response_format verbose_json, not {response_format}",
        )
    return frozenset(check_value(_GRANULARITIES, value, GRANULARITIES) for value in values)
