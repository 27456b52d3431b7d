"""API Gateway events (REST, payload 1.0) and a Lambda context."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl


@dataclass
class Context:
    """The part of Lambda's context that the handlers use."""

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
    """Build an event; a bytes body is encoded in base64."""
    binary = isinstance(body, bytes)
    headers = {"Content-Type": content_type} if content_type else {}
    options: dict[str, list[str]] = {}
    for name, value in parse_qsl(query):
        options.setdefault(name, []).append(value)
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in options.items()} or None,
        "multiValueQueryStringParameters": options or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"stage": "v", "path": path, "httpMethod": method, "requestId": "r"},
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": binary,
    }


def json_request(**body: Any) -> dict[str, Any]:
    """Build an event of POST /v1/transcribe with a JSON body; bytes are encoded in base64."""
    encoded = {
        key: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for key, value in body.items()
    }
    return request("POST", "/v1/transcribe", json.dumps(encoded), "application/json")
