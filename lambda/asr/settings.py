"""The environment, read once into a frozen value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

GREEDY, BEAM = DECODERS = ("greedy", "beam")


@dataclass(frozen=True)
class Settings:
    """What an operator can set, by environment variable.

    Attributes
    ----------
    model_uri : str
        MODEL_URI: `s3://bucket/prefix/` or a directory; empty means the embedded default.
    model_sha256 : str
        MODEL_SHA256: digest of the manifest; empty means that any is taken.
    model_self_test : bool
        MODEL_SELF_TEST: `true` transcribes the golden clip before serving.
    decoder : str
        DECODER: `greedy` or `beam`, where a request does not say.
    request_max_seconds : float
        REQUEST_MAX_SECONDS: audio in one request; what fits into API Gateway's 29 seconds.
    batch_max_seconds : float
        BATCH_MAX_SECONDS: audio in one file, in batch and on the command line.
    batch_formats : tuple of str
        BATCH_FORMATS: forms written beside each result, comma-separated: `text`, `srt`, `vtt`,
        `transcribe`.
    output_bucket : str
        OUTPUT_BUCKET: where batch writes.
    queue_url : str
        QUEUE_URL: the queue whose messages the batch function gets.
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

    @staticmethod
    def read(environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the environment; raises ValueError for what is no number, or no decoder."""
        default = Settings()
        decoder = environment.get("DECODER") or default.decoder
        if decoder not in DECODERS:
            raise ValueError(f"DECODER is {decoder!r}, and not one of {', '.join(DECODERS)}")
        return Settings(
            model_uri=environment.get("MODEL_URI", ""),
            model_sha256=environment.get("MODEL_SHA256", "").lower(),
            model_self_test=environment.get("MODEL_SELF_TEST", "").lower() == "true",
            decoder=decoder,
            request_max_seconds=_number(
                environment, "REQUEST_MAX_SECONDS", default.request_max_seconds
            ),
            batch_max_seconds=_number(environment, "BATCH_MAX_SECONDS", default.batch_max_seconds),
            batch_formats=names(environment.get("BATCH_FORMATS", "")),
            output_bucket=environment.get("OUTPUT_BUCKET", ""),
            queue_url=environment.get("QUEUE_URL", ""),
        )

    def with_decoder(self, name: str | None) -> "Settings":
        """The same settings with another decoder, if one is given."""
        return replace(self, decoder=name or self.decoder)

    def with_model(self, uri: str) -> "Settings":
        """The same settings for another bundle, whose digest is not pinned."""
        return replace(self, model_uri=uri, model_sha256="")


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    given = environment.get(name) or default
    try:
        return float(given)
    except ValueError as error:
        raise ValueError(f"{name} is {given!r}, and no number") from error


def names(listed: str) -> tuple[str, ...]:
    """The names in a comma-separated list."""
    return tuple(name.strip() for name in listed.split(",") if name.strip())
