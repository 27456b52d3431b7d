"""Errors as problem documents (RFC 9457), the same through every door."""

from typing import Any

from asr.errors import AsrError

MEDIA_TYPE = "application/problem+json"


def document(code: str, status: int, title: str, detail: str) -> dict[str, Any]:
    """The members of a problem document; `code` is from the closed list of `asr.errors`."""
    return {
        "type": f"urn:serverless-asr:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }


def from_error(error: AsrError) -> dict[str, Any]:
    """The problem document of one of our errors."""
    return document(error.code, error.status, error.title, error.detail)
