"""Settings of the engine and of the batch function, from environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from asr import channels, vocabulary
from asr.channels import SeparateChannels
from asr.choices import OptionError
from asr.vocabulary import NO_VOCABULARY, Vocabulary

Decoder = Literal["greedy", "beam"]
DECODERS: tuple[str, ...] = get_args(Decoder)
GREEDY, BEAM = DECODERS
MAX_TRACK = 1_000  # sound track of a file that a request may name


@dataclass(frozen=True)
class Settings:
    """Settings, each with its environment variable.

    Attributes
    ----------
    model_uri : str
        MODEL_URI: `s3://bucket/prefix/` or a directory; empty means the embedded default.
    model_sha256 : str
        MODEL_SHA256: digest of the manifest; empty accepts any.
    model_self_test : bool
        MODEL_SELF_TEST: `true` transcribes the golden clip before serving.
    decoder : str
        DECODER: `greedy` or `beam`, the default of requests.
    punctuate : bool
        PUNCTUATE: `false` removes case and punctuation marks, unless a request says otherwise.
    request_max_seconds : float
        REQUEST_MAX_SECONDS: longest audio of one request, limited by API Gateway's 29 seconds.
    batch_max_seconds : float
        BATCH_MAX_SECONDS: longest audio of one file, in batch and on the command line.
    batch_formats : tuple of str
        BATCH_FORMATS: formats written in addition to JSON, comma-separated: `text`, `srt`, `vtt`,
        `transcribe`.
    output_bucket : str
        OUTPUT_BUCKET: the bucket that batch writes to.
    queue_url : str
        QUEUE_URL: the SQS queue of the batch function.
    channels : SeparateChannels, optional
        CHANNELS: `separate` transcribes each channel of files by itself; CHANNEL_NAMES: names,
        separated by commas. Not for requests.
    vocabulary : Vocabulary
        VOCABULARY: phrases to recognise, separated by commas or lines; the default of requests and
        files that name none.
    """

    model_uri: str = ""
    model_sha256: str = ""
    model_self_test: bool = False
    decoder: str = GREEDY
    request_max_seconds: float = 300.0
    batch_max_seconds: float = 4 * 3600.0
    batch_formats: tuple[str, ...] = ()
    output_bucket: str = ""
    queue_url: str = ""
    vocabulary: Vocabulary = NO_VOCABULARY
    channels: SeparateChannels | None = None
    punctuate: bool = True

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the environment variables.

        Raises
        ------
        ValueError
            If a value is not a number, a truth value, the name of a decoder or a vocabulary where
            one is expected.
        """
        default = Settings()
        decoder = environment.get("DECODER") or default.decoder
        if decoder not in DECODERS:
            raise ValueError(f"DECODER is {decoder!r}, expected one of {', '.join(DECODERS)}")
        return Settings(
            model_uri=environment.get("MODEL_URI", ""),
            model_sha256=environment.get("MODEL_SHA256", "").lower(),
            model_self_test=_boolean(environment, "MODEL_SELF_TEST", default.model_self_test),
            decoder=decoder,
            vocabulary=_vocabulary(environment.get("VOCABULARY", "")),
            channels=_channels(environment),
            punctuate=_boolean(environment, "PUNCTUATE", default.punctuate),
            request_max_seconds=_number(
                environment, "REQUEST_MAX_SECONDS", default.request_max_seconds
            ),
            batch_max_seconds=_number(environment, "BATCH_MAX_SECONDS", default.batch_max_seconds),
            batch_formats=split_names(environment.get("BATCH_FORMATS", "")),
            output_bucket=environment.get("OUTPUT_BUCKET", ""),
            queue_url=environment.get("QUEUE_URL", ""),
        )

    def with_decoder(self, name: str | None) -> "Settings":
        """A copy with another decoder, if one is given."""
        return replace(self, decoder=name or self.decoder)

    def vocabulary_for(self, decoder: str | None, given: Vocabulary | None) -> Vocabulary:
        """The given vocabulary, or the default unless the decoder is greedy."""
        if given is not None:
            return given
        return NO_VOCABULARY if decoder == GREEDY else self.vocabulary

    def with_punctuate(self, value: bool | None) -> "Settings":
        """A copy with another value of `punctuate`, if one is given."""
        return self if value is None else replace(self, punctuate=value)

    def with_model(self, uri: str) -> "Settings":
        """A copy for another bundle, whose digest is not pinned."""
        return replace(self, model_uri=uri, model_sha256="")


def _channels(environment: Mapping[str, str]) -> SeparateChannels | None:
    names = (environment.get(name) or None for name in ("CHANNELS", "CHANNEL_NAMES"))
    try:
        return channels.parse(*names)
    except OptionError as error:
        raise ValueError(f"CHANNELS: {error}") from error


def _vocabulary(given: str) -> Vocabulary:
    try:
        return vocabulary.parse(given) if given.strip() else NO_VOCABULARY
    except OptionError as error:
        raise ValueError(f"VOCABULARY: {error}") from error


def _boolean(environment: Mapping[str, str], name: str, default: bool) -> bool:
    given = environment.get(name, "").lower() or str(default).lower()
    if given not in {"true", "false"}:
        raise ValueError(f"{name} is {environment[name]!r}, expected true or false")
    return given == "true"


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    given = environment.get(name) or default
    try:
        return float(given)
    except ValueError as error:
        raise ValueError(f"{name} is {given!r}, expected a number") from error


def split_names(listed: str) -> tuple[str, ...]:
    """Split a comma-separated list of names."""
    return tuple(name.strip() for name in listed.split(",") if name.strip())
