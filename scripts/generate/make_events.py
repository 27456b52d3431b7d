"""Generate events/ from samples/hello.flac: python scripts/generate/make_events.py.

The clip is synthetic speech made for this project by
`echo "good morning, the weather is fine today" | text2wave -eval '(voice_cmu_us_slt_arctic_hts)'
-eval '(set! hts_engine_params (append hts_engine_params (list (list "-r" 1.1))))'` (festival),
at 16 kHz.
"""

import base64
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def proxy_event(
    method: str, path: str, body: bytes | None = None, content_type: str | None = None
) -> dict[str, Any]:
    """Request event of API Gateway's REST proxy integration (payload format 1.0)."""
    text = content_type == "application/json"
    encoded = body and (body if text else base64.b64encode(body)).decode()
    headers = {"Host": "api.example.com"} | ({"Content-Type": content_type} if content_type else {})
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "sample",
            "domainName": "api.example.com",
            "httpMethod": method,
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "sample"},
            "path": f"/prod{path}",
            "protocol": "HTTP/1.1",
            "requestId": "00000000-0000-0000-0000-000000000000",
            "requestTime": "01/Jan/2026:00:00:00 +0000",
            "requestTimeEpoch": 1767225600000,
            "resourceId": "sample",
            "resourcePath": path,
            "stage": "prod",
        },
        "body": encoded,
        "isBase64Encoded": encoded is not None and not text,
    }


def main() -> None:
    """Write each event; the output is deterministic."""
    audio = base64.b64encode((ROOT / "samples" / "hello.flac").read_bytes()).decode()
    request = json.dumps({"audio": audio}).encode()
    events = {
        "invoke": {"audio": audio},
        "transcribe": proxy_event("POST", "/v1/transcribe", request, "application/json"),
        "health": proxy_event("GET", "/v1/health"),
    }
    for name, event in events.items():
        (ROOT / "events" / f"{name}.json").write_text(json.dumps(event, indent=2) + "\n")


if __name__ == "__main__":
    main()
