"""Request and response bodies of the transcription and job routes."""

from typing import Annotated, Literal

from pydantic import Field

from asr.audio_warnings import WarningCode
from asr.formats.registry import FileFormat, Format
from asr.settings import MAX_TRACK, Decoder
from handlers.http.openapi.base import (
    Base64,
    ChannelNames,
    ClosedModel,
    DateTime,
    Phrases,
    Probability,
    Seconds,
    Uri,
    optional,
)


class TranscriptionOptions(ClosedModel):
    """Options as query parameters, members of a JSON body or fields of a form."""

    format: Annotated[Format, Field(description="Format of the response")] = "json"
    timestamps: Annotated[
        bool | Literal["true", "false", "1", "0", 1, 0],
        Field(description="Whether json has `words`"),
    ] = True
    decoder: Decoder = optional(
        "`greedy` decodes each frame on its own; `beam` searches with the language model of the "
        "bundle, if it has one. Defaults to the server's setting."
    )
    track: Annotated[
        int | None,
        Field(ge=1, le=MAX_TRACK, description="Number of the sound track, from 1; default: best"),
    ] = None
    vocabulary: Phrases = optional(
        "Names and terms to recognise, spelled as they are to be written; at most 500, also "
        "separated by commas or lines. Needs a model with a language model; the decoder is `beam`."
    )
    punctuate: bool | Literal["true", "false", "1", "0", 1, 0] = optional(
        "Whether to keep case and punctuation marks. Defaults to the server's setting."
    )
    channels: Annotated[
        Literal["mix", "separate"],
        Field(description="`separate` transcribes each channel by itself, as of a call"),
    ] = "mix"
    channel_names: ChannelNames = optional("Names of the channels, with `channels` `separate`")


class TranscriptionBody(TranscriptionOptions):
    """Audio in base64, with options; an unknown member is an error."""

    audio: Annotated[Base64, Field(description="base64 or base64url, or a data URI")]


class TranscriptionForm(TranscriptionOptions):
    """Audio as a file of a form, with options; an unknown field is an error."""

    file: Annotated[bytes, Field(description="the audio; the field may also be named `audio`")]


class ModelIdentity(ClosedModel):
    """The model that is served."""

    name: str
    version: str
    sha256: str = Field(description="of the bundle's manifest.json")
    decoder: Decoder


class TranscribedWord(ClosedModel):
    """A word with its times and its calibrated confidence."""

    word: str = Field(description="lower case, without punctuation marks")
    start: Seconds
    end: Seconds
    confidence: Probability
    punctuated_word: str = Field(description="as written by the model")
    channel: str = optional("name of the channel, if `channels` is `separate`")


class Timing(ClosedModel):
    """Processing time of one request."""

    decode_ms: float
    inference_ms: float
    real_time_factor: float
    cold_start: bool


class AudioWarning(ClosedModel):
    """What of the audio could not be read as it is."""

    code: WarningCode
    detail: str = Field(description="what was found in this file")


class Transcription(ClosedModel):
    """A transcript; `confidence` is null if there are no words."""

    transcript: str
    confidence: Probability | None
    duration: Seconds
    language: str = Field(description="BCP 47 tag")
    words: list[TranscribedWord] = optional("absent if timestamps is false")
    channels: list[str] = optional("names of the channels, if `channels` is `separate`")
    warnings: list[AudioWarning] = Field(description="empty for most recordings")
    model: ModelIdentity
    timing: Timing


class Health(ClosedModel):
    """The model that is served, and the decoders that a request may name."""

    status: Literal["ok"]
    model: ModelIdentity
    decoders: list[Decoder]
    punctuation: bool = Field(description="whether the model writes case and punctuation marks")


class Problem(ClosedModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    jobs: str = optional("path of the route for larger or longer audio")


class Upload(ClosedModel):
    """A presigned form: POST the fields to the URL, then the audio as the field `file`."""

    url: Uri
    fields: dict[str, str]


class CreatedJob(ClosedModel):
    """A new job and the form that takes its audio."""

    id: str
    status: Literal["awaiting_upload"]
    upload: Upload
    max_bytes: int = Field(description="size limit of the upload")
    expires_at: Annotated[DateTime, Field(description="when the upload form expires")]


class SourceObject(ClosedModel):
    """The version of the uploaded object that was transcribed."""

    bucket: str
    key: str
    etag: str
    version_id: str | None
    size: int | None = Field(description="bytes")
    last_modified: str | None
    sequencer: str | None


class JobTranscription(Transcription):
    """The transcript of a job."""

    vocabulary_sha256: str = optional("digest of the vocabulary, if there was one")
    formats: list[str]
    punctuate: bool
    source: SourceObject


class JobProblem(Problem):
    """The reason why a job failed."""

    channels: list[str] = optional("requested names of the channels, if `channels` is `separate`")
    vocabulary_sha256: str = optional("digest of the vocabulary, if there was one")
    model: ModelIdentity
    source: SourceObject


class Job(ClosedModel):
    """The status of a job, and its results."""

    id: str
    status: Literal["awaiting_upload", "queued", "running", "succeeded", "failed"]
    file_name: str
    content_type: str
    formats: list[FileFormat]
    decoder: Decoder | None = Field(description="as requested; null: the server's setting")
    punctuate: bool | None = Field(description="as requested; null: the server's setting")
    vocabulary: list[str] = Field(description="as requested")
    channels: Literal["mix", "separate"] | None = Field(
        description="as requested; null: the server's setting"
    )
    channel_names: list[str] = Field(description="as requested")
    expires_at: DateTime
    transcript: JobTranscription = optional(
        "of a job that succeeded, unless it is too large for a response"
    )
    results: dict[FileFormat, Uri] = optional(
        "of a job that succeeded: links by format, valid for 15 minutes"
    )
    problem: JobProblem = optional("of a job that failed")
