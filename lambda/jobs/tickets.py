"""A job as it was asked for, kept in the output bucket as its ticket."""

import mimetypes
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from asr.errors import MalformedRequestError
from jobs import ids

UPLOAD_SECONDS = 15 * 60  # how long an upload may be begun
DEFAULT_TYPE = "application/octet-stream"
# What the standard library does not know, or calls otherwise.
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

Format = Literal["json", "text", "srt", "vtt", "transcribe"]
Decoder = Literal["greedy", "beam"]


class JobRequest(BaseModel):
    """The body of `POST /v1/jobs`; a member that it does not know is refused."""

    model_config = ConfigDict(extra="forbid")

    file_name: Annotated[str, Field(min_length=1, max_length=255)]
    content_type: Annotated[
        str | None,
        Field(max_length=100, description="that of the upload; left out, guessed by the file name"),
    ] = None
    formats: Annotated[list[Format], Field(min_length=1)] = ["json"]
    decoder: Annotated[
        Decoder | None, Field(description="left out, what the batch function is set to")
    ] = None

    @field_validator("content_type")
    @classmethod
    def _names_audio(cls, value: str | None) -> str | None:
        if value and not _MEDIA_TYPE.fullmatch(value):
            raise ValueError(f"not audio/*, video/* or {DEFAULT_TYPE}")
        return value


@dataclass(frozen=True)
class Ticket:
    """A job as it was asked for.

    Attributes
    ----------
    id : str
        See `jobs.ids`.
    key : str
        Of the upload in the input bucket.
    file_name : str
        As the caller named the file.
    content_type : str
        That the upload must be sent with.
    formats : tuple of str
        Of the results, each once.
    expires_at : str
        When the upload can no longer be begun, in UTC (ISO 8601).
    decoder : str or None
        That was asked for.
    """

    id: str
    key: str
    file_name: str
    content_type: str
    formats: tuple[str, ...]
    expires_at: str
    decoder: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The members that are stored."""
        return asdict(self)

    @staticmethod
    def from_json(members: Mapping[str, Any]) -> "Ticket":
        """A ticket as `to_json` gave it."""
        return Ticket(**{**members, "formats": tuple(members["formats"])})


def read_request(body: str | bytes) -> JobRequest:
    """Read the body of a request; raises MalformedRequestError that names each member at fault."""
    try:
        return JobRequest.model_validate_json(body)
    except ValidationError as error:
        faults = [
            ".".join(map(str, fault["loc"])) + ": " * bool(fault["loc"]) + fault["msg"]
            for fault in error.errors()
        ]
        raise MalformedRequestError("; ".join(faults)) from error


def issue(request: JobRequest, owner: str, now: datetime) -> Ticket:
    """A ticket for a new job of `owner`, whose upload may begin within 15 minutes of `now`."""
    job_id = ids.new_id()
    expires = now.astimezone(UTC) + timedelta(seconds=UPLOAD_SECONDS)
    return Ticket(
        id=job_id,
        key=ids.input_key(owner, job_id, request.file_name),
        file_name=request.file_name,
        content_type=request.content_type or _guess_type(request.file_name),
        formats=tuple(dict.fromkeys(request.formats)),
        expires_at=expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        decoder=request.decoder,
    )


def _guess_type(file_name: str) -> str:
    known = mimetypes.MimeTypes()  # not of the system's files, which differ
    for extension, media_type in _MORE_TYPES.items():
        known.add_type(media_type, extension)
    guess, compression = known.guess_type(ids.safe_file_name(file_name))
    if guess is None or compression or not _MEDIA_TYPE.fullmatch(guess):
        return DEFAULT_TYPE
    return guess
