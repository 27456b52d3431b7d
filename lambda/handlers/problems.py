"""Problem documents (RFC 9457) as HTTP answers."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response

from asr.problems import MEDIA_TYPE, document, from_error

__all__ = ["MEDIA_TYPE", "document", "from_error", "response"]


def response(problem: dict[str, Any]) -> Response[str]:
    """The HTTP answer that carries a problem document."""
    return Response(problem["status"], MEDIA_TYPE, json.dumps(problem))
