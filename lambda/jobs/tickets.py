"""Requests for jobs, and the tickets in the output bucket that store them."""

import mimetypes
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from asr import channels, vocabulary
from asr.channels import MAX_CHANNELS
from asr.choices import OptionError, unknown_name
from asr.errors import MalformedRequestError
from asr.formats.registry import FileFormat
from asr.settings import Decoder
from asr.vocabulary import MAX_PHRASES
from jobs import ids

UPLOAD_SECONDS = 15 * 60  # validity of the upload form
DEFAULT_TYPE = "application/octet-stream"
# Types that the standard library lacks or names differently.
_MORE_TYPES = {
    ".amr": "audio/amr",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mka": "audio/x-matroska",
    ".mkv": "video/x-matroska",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
}
_MEDIA_TYPE = re.compile(
    r"(audio|video)/[\w.+-]+(\s*;[\x20-\x7e]*)?|application/(octet-stream|ogg|mp4)", re.ASCII
)

ChannelNames = Annotated[list[str], Field(min_length=1, max_length=MAX_CHANNELS)]
Phrases = Annotated[list[str], Field(min_length=1, max_length=MAX_PHRASES)]


class JobRequest(BaseModel):
    """Body of `POST /v1/jobs`; unknown keys are rejected."""

    model_config = ConfigDict(extra="forbid")

    file_name: Annotated[str, Field(min_length=1, max_length=255)]
    content_type: Annotated[
        str | None,
        Field(max_length=100, description="of the upload; defaults to a guess from the file name"),
    ] = None
    formats: Annotated[list[FileFormat], Field(min_length=1)] = ["json"]
    decoder: Annotated[
        Decoder | None, Field(description="defaults to the setting of the batch function")
    ] = None
    punctuate: Annotated[
        bool | None,
        Field(
            strict=True,
            description="whether to keep case and punctuation marks; "
            "defaults to the setting of the batch function",
        ),
    ] = None
    vocabulary: Annotated[
        Phrases | None,
        Field(description="names and terms to recognise, spelled as they are to be written"),
    ] = None

    channels: Annotated[
        Literal["mix", "separate"] | None,
        Field(description="`separate` transcribes each channel by itself, as of a call"),
    ] = None
    channel_names: Annotated[
        ChannelNames | None, Field(description="names of separate channels, in their order")
    ] = None

    @model_validator(mode="after")
    def _check_channels(self) -> Self:
        try:
            channels.parse(self.channels, self.channel_names)
        except OptionError as error:
            raise ValueError(error.detail) from error
        return self

    @field_validator("content_type")
    @classmethod
    def _check_media_type(cls, value: str | None) -> str | None:
        if value and not _MEDIA_TYPE.fullmatch(value):
            raise ValueError(f"expected audio/*, video/* or {DEFAULT_TYPE}")
        return value

    @field_validator("vocabulary")
    @classmethod
    def _check_vocabulary(cls, value: list[str] | None) -> list[str] | None:
        if value is None:
            return None
        try:
            return [phrase.written for phrase in vocabulary.parse(value).phrases]
        except OptionError as error:
            raise ValueError(error.detail) from error


@dataclass(frozen=True)
class Ticket:
    """A job as requested.

    Attributes
    ----------
    id : str
        See `jobs.ids`.
    key : str
        Key of the upload in the input bucket.
    file_name : str
        File name given by the caller.
    content_type : str
        Content type that the upload must have.
    formats : tuple of str
        Formats of the results, without duplicates.
    expires_at : str
        End of the validity of the upload form, in UTC (ISO 8601).
    decoder : str or None
        Requested decoder.
    punctuate : bool or None
        Whether to keep case and punctuation marks, as requested.
    vocabulary : tuple of str
        Requested phrases.
    channels : str or None
        `mix` or `separate`, as requested.
    channel_names : tuple of str
        Requested names of separate channels.
    """

    id: str
    key: str
    file_name: str
    content_type: str
    formats: tuple[str, ...]
    expires_at: str
    decoder: str | None = None
    punctuate: bool | None = None
    vocabulary: tuple[str, ...] = ()
    channels: str | None = None
    channel_names: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON document of the ticket."""
        return asdict(self)

    @staticmethod
    def from_json(document: Mapping[str, Any]) -> "Ticket":
        """Inverse of `to_json`."""
        names = ("formats", "vocabulary", "channel_names")
        lists = {name: tuple(document.get(name, ())) for name in names}
        return Ticket(**{**document, **lists})


def parse_request(body: str | bytes) -> JobRequest:
    """Parse the body of a request; raises MalformedRequestError with the name of each bad key."""
    try:
        return JobRequest.model_validate_json(body)
    except ValidationError as error:
        messages = map(_message, error.errors())
        raise MalformedRequestError("; ".join(messages)) from error


def _message(details: ErrorDetails) -> str:
    names = tuple(map(str, details["loc"]))
    if details["type"] == "extra_forbidden":
        return unknown_name(names[-1], tuple(JobRequest.model_fields), "member")
    return ".".join(names) + ": " * bool(names) + details["msg"]


def issue(request: JobRequest, owner: str, now: datetime) -> Ticket:
    """Create the ticket of a new job; its upload must begin within 15 minutes of `now`."""
    job_id = ids.new_id()
    expires = now.astimezone(UTC) + timedelta(seconds=UPLOAD_SECONDS)
    return Ticket(
        id=job_id,
        key=ids.input_key(owner, job_id, request.file_name),
        file_name=request.file_name,
        content_type=request.content_type or _guess_media_type(request.file_name),
        formats=tuple(dict.fromkeys(request.formats)),
        expires_at=expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        decoder=request.decoder,
        punctuate=request.punctuate,
        vocabulary=tuple(request.vocabulary or ()),
        channels=request.channels,
        channel_names=tuple(request.channel_names or ()),
    )


def _guess_media_type(file_name: str) -> str:
    known = mimetypes.MimeTypes()  # without the system's files, which differ
    for extension, media_type in _MORE_TYPES.items():
        known.add_type(media_type, extension)
    guess, compression = known.guess_type(ids.safe_file_name(file_name))
    if guess is None or compression or not _MEDIA_TYPE.fullmatch(guess):
        return DEFAULT_TYPE
    return guess
