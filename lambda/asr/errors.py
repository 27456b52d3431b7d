"""The closed list of errors that a caller can get, each with its code and HTTP status.

They are raised where the fault is known and turned into an answer in one place per door
(`application/problem+json`, RFC 9457, over HTTP; one line on the command line).
"""

from typing import Any, ClassVar


class AsrError(Exception):
    """Base of the closed list; `str(error)` is a sentence fit for the caller."""

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]

    @property
    def detail(self) -> str:
        """What was wrong with this very request."""
        return str(self)


class MalformedRequestError(AsrError):
    """The request is not what the interface takes: no body, not JSON, no `audio`, a bad option."""

    code, status, title = "malformed_request", 400, "Malformed request"


class InvalidBase64Error(AsrError):
    """The member `audio` is not base64 (RFC 4648)."""

    code, status, title = "invalid_base64", 400, "Audio is not valid base64"


class TooLargeError(AsrError):
    """More bytes than this door takes, or that may be decoded."""

    code, status, title = "too_large", 413, "Audio is too large"


class TooLongError(AsrError):
    """More seconds of audio than the budget allows."""

    code, status, title = "too_long", 413, "Audio is too long"


class UnsupportedAudioError(AsrError):
    """The bytes are not audio that can be decoded."""

    code, status, title = "unsupported_audio", 415, "Not audio that can be decoded"


class EmptyAudioError(AsrError):
    """There are no bytes, or they decode to no samples."""

    code, status, title = "empty_audio", 422, "Audio is empty"


class TooShortError(AsrError):
    """Fewer samples than the model needs for one decision."""

    code, status, title = "too_short", 422, "Audio is too short"


class AudioGoneError(AsrError):
    """What was to be transcribed is not there any more."""

    code, status, title = "audio_gone", 410, "Audio is gone"


class ModelUnavailableError(AsrError):
    """The model bundle is missing, altered, of another schema, or failed its golden clip."""

    code, status, title = "model_unavailable", 503, "Model is not available"


class JobsUnavailableError(AsrError):
    """There are no buckets for jobs here, or they do not answer."""

    code, status, title = "jobs_unavailable", 503, "Jobs are not available"


PROBLEM_MEDIA_TYPE = "application/problem+json"


def problem_document(code: str, status: int, title: str, detail: str) -> dict[str, Any]:
    """The members of a problem document; `code` is from the closed list of `asr.errors`."""
    return {
        "type": f"urn:serverless-asr:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }


def problem_from_error(error: AsrError) -> dict[str, Any]:
    """The problem document of one of our errors."""
    return problem_document(error.code, error.status, error.title, error.detail)
