"""Errors as problem documents (RFC 9457): the one place where they become answers."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response

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


def response(problem: dict[str, Any]) -> Response[str]:
    """The HTTP answer that carries a problem document."""
    return Response(problem["status"], MEDIA_TYPE, json.dumps(problem))
