"""Errors of the engine: a closed list, each with a code and an HTTP status.

They are raised where the fault is detected and converted to a response in one place per interface
(`application/problem+json`, RFC 9457, over HTTP; one line on the command line).
"""

from typing import Any, ClassVar


class AsrError(Exception):
    """Base class; `str(error)` is a message for the caller."""

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]

    @property
    def detail(self) -> str:
        """The message for this request."""
        return str(self)


class MalformedRequestError(AsrError):
    """The request is malformed: no body, not JSON, no `audio`, an invalid option."""

    code, status, title = "malformed_request", 400, "Malformed request"


class InvalidBase64Error(AsrError):
    """The member `audio` is not base64 (RFC 4648)."""

    code, status, title = "invalid_base64", 400, "Audio is not valid base64"


class TooLargeError(AsrError):
    """More bytes than this interface accepts, or than may be decoded."""

    code, status, title = "too_large", 413, "Audio is too large"


class TooLongError(AsrError):
    """More seconds of audio than the budget allows.

    Attributes
    ----------
    seconds : float or None
        Duration of the audio by its header, where it was looked up.
    """

    code, status, title = "too_long", 413, "Audio is too long"
    seconds: float | None = None


class ClipTooLongError(TooLongError):
    """More seconds of audio than the model takes, whatever the interface."""


class UnsupportedAudioError(AsrError):
    """The bytes are not in a supported audio format."""

    code, status, title = "unsupported_audio", 415, "Not audio that can be decoded"


class EmptyAudioError(AsrError):
    """The audio has no bytes, or decodes to no samples."""

    code, status, title = "empty_audio", 422, "Audio is empty"


class TooShortError(AsrError):
    """Fewer samples than the model needs."""

    code, status, title = "too_short", 422, "Audio is too short"


class AudioGoneError(AsrError):
    """The audio was deleted before it could be transcribed."""

    code, status, title = "audio_gone", 410, "Audio is gone"


class ModelUnavailableError(AsrError):
    """The model bundle is missing, altered, has another schema, or failed its golden test."""

    code, status, title = "model_unavailable", 503, "Model is not available"


class JobsUnavailableError(AsrError):
    """The buckets of the jobs API are not configured, or not reachable."""

    code, status, title = "jobs_unavailable", 503, "Jobs are not available"


PROBLEM_MEDIA_TYPE = "application/problem+json"


def problem_document(code: str, status: int, title: str, detail: str) -> dict[str, Any]:
    """The members of a problem document (RFC 9457); `code` is an `AsrError` code."""
    return {
        "type": f"urn:serverless-asr:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }


def problem_from_error(error: AsrError) -> dict[str, Any]:
    """The problem document (RFC 9457) of an error."""
    return problem_document(error.code, error.status, error.title, error.detail)
