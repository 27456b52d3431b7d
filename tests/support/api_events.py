"""Events as API Gateway (REST, payload 1.0) sends them."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl


@dataclass
class Context:
    """What our handlers read of Lambda's context."""

    function_name: str = "asr"
    memory_limit_in_mb: int = 3008
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:asr"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"
    seconds: float = 900.0

    def get_remaining_time_in_millis(self) -> int:
        return round(self.seconds * 1000)


def request(
    method: str,
    path: str,
    body: bytes | str | None = None,
    content_type: str | None = None,
    query: str = "",
) -> dict[str, Any]:
    """An event; a body of bytes is declared binary and comes in base64."""
    binary = isinstance(body, bytes)
    headers = {"Content-Type": content_type} if content_type else {}
    options = dict(parse_qsl(query))
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": options or None,
        "multiValueQueryStringParameters": {k: [v] for k, v in options.items()} or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"stage": "v", "path": path, "httpMethod": method, "requestId": "r"},
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": binary,
    }


def as_json(**members: Any) -> dict[str, Any]:
    """An event of POST /v1/transcribe with a JSON body; bytes go as base64."""
    encoded = {
        name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for name, value in members.items()
    }
    return request("POST", "/v1/transcribe", json.dumps(encoded), "application/json")
