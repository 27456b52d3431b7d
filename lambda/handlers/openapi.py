"""What the OpenAPI document says beyond what the routes themselves show."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver

from asr import errors
from handlers import problems

INFORMATION: dict[str, Any] = {
    "title": "Serverless speech recognition",
    "version": "0.1.0",
    "description": "Speech in, text out: greedy CTC transcripts with word times and confidences.",
}

_NUMBER, _STRING = {"type": "number"}, {"type": "string"}
_MODEL = {
    "type": "object",
    "required": ["name", "version", "sha256"],
    "properties": {"name": _STRING, "version": _STRING, "sha256": _STRING},
}
_WORD = {
    "type": "object",
    "required": ["word", "start", "end", "confidence"],
    "properties": {"word": _STRING, "start": _NUMBER, "end": _NUMBER, "confidence": _NUMBER},
}
TRANSCRIPT = {
    "type": "object",
    "required": ["transcript", "confidence", "duration", "model", "timing"],
    "properties": {
        "transcript": _STRING,
        "confidence": {"type": ["number", "null"]},
        "duration": {**_NUMBER, "description": "seconds"},
        "words": {"type": "array", "items": _WORD},
        "model": _MODEL,
        "timing": {"type": "object"},
    },
}
_VERBOSE = {
    "type": "object",
    "required": ["task", "language", "duration", "text", "words", "segments"],
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": _STRING,
        "title": _STRING,
        "status": {"type": "integer"},
        "detail": _STRING,
        "code": _STRING,
    },
}
_AUDIO = {"schema": {"type": "string", "format": "binary"}}
_REQUEST_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["audio"],
                "properties": {
                    "audio": {"type": "string", "format": "byte", "description": "base64"},
                    "format": {"enum": ["json", "text", "srt", "vtt", "verbose_json"]},
                    "timestamps": {"type": "boolean"},
                },
            }
        },
        "audio/*": _AUDIO,
        "video/*": _AUDIO,
        "application/octet-stream": _AUDIO,
    },
}


def problem_answers(*refusals: type[errors.AsrError]) -> dict[int, Any]:
    """Responses by status; several errors may share one."""
    codes: dict[int, list[str]] = {}
    for refusal in refusals:
        codes.setdefault(refusal.status, []).append(refusal.code)
    return {
        status: {
            "description": " or ".join(names),
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
        for status, names in codes.items()
    }


TRANSCRIBE: dict[str, Any] = {
    "summary": "Transcribe audio",
    "description": "The audio is the body itself, or base64 in JSON. The bytes decide what it is.",
    "responses": {
        200: {
            "description": "The transcript, in the form asked for",
            "content": {
                "application/json": {"schema": {"anyOf": [TRANSCRIPT, _VERBOSE]}},
                "text/plain": {"schema": _STRING},
                "text/vtt": {"schema": _STRING},
                "application/x-subrip": {"schema": _STRING},
            },
        },
        **problem_answers(
            errors.MalformedRequestError,
            errors.InvalidBase64Error,
            errors.TooLargeError,
            errors.TooLongError,
            errors.UnsupportedAudioError,
            errors.EmptyAudioError,
            errors.TooShortError,
            errors.ModelUnavailableError,
        ),
    },
}
HEALTH: dict[str, Any] = {
    "summary": "Whether the model is ready",
    "responses": {
        200: {
            "description": "It is",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["status", "model"],
                        "properties": {"status": {"const": "ok"}, "model": _MODEL},
                    }
                }
            },
        },
        **problem_answers(errors.ModelUnavailableError),
    },
}


def generate(app: ApiGatewayResolver) -> str:
    """The OpenAPI document of `app` and of the jobs function, as JSON."""
    document = json.loads(app.get_openapi_json_schema(**INFORMATION))
    document["paths"] |= _job_paths()
    # The body is read by hand, since it may be any audio; so its form is stated by hand.
    document["paths"]["/v1/transcribe"]["post"]["requestBody"] = _REQUEST_BODY
    return json.dumps(document)


def _job_paths() -> dict[str, Any]:
    # Only whoever asks for the document waits for what its other function is made of.
    from handlers import job_documents  # noqa: PLC0415
    from handlers.job_routes import add_job_routes  # noqa: PLC0415

    jobs = APIGatewayRestResolver(enable_validation=True)
    add_job_routes(jobs, None)
    paths: dict[str, Any] = json.loads(jobs.get_openapi_json_schema(**INFORMATION))["paths"]
    paths[problems.JOBS]["post"]["requestBody"] = job_documents.CREATE_BODY
    for methods in paths.values():
        for route in methods.values():
            del route["responses"]["422"]  # Powertools' own; these answer 400 and 404
    return paths
