"""What the OpenAPI document says beyond what the routes themselves show."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver

from asr import errors
from asr.formats.registry import FORMATS
from asr.settings import DECODERS
from handlers.http import problems
from handlers.http.openapi import openai, schemas
from handlers.http.openapi.schemas import problem_answers

INFORMATION: dict[str, Any] = {
    "title": "Serverless speech recognition",
    "version": "0.1.0",
    "description": "Speech in, text out: CTC transcripts with word times and confidences.",
}

DECODER = (
    "greedy takes each frame by itself; beam searches with a language model, where the bundle has "
    "one; left out, what the function is set to"
)
_AUDIO = {"schema": {"type": "string", "format": "binary"}}
_REQUEST_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["audio"],
                "properties": {
                    "audio": {"type": "string", "format": "byte", "description": "base64"},
                    "format": {"enum": list(FORMATS)},
                    "decoder": {"enum": list(DECODERS), "description": DECODER},
                    "timestamps": {
                        "anyOf": [
                            {"type": "boolean"},
                            {"enum": ["true", "false", "1", "0", 1, 0]},
                        ]
                    },
                },
            }
        },
        "audio/*": _AUDIO,
        "video/*": _AUDIO,
        "application/octet-stream": _AUDIO,
    },
}


TRANSCRIBE: dict[str, Any] = {
    "summary": "Transcribe audio",
    "description": "The audio is the body itself, or base64 in JSON. The bytes decide what it is.",
    "responses": {
        200: {
            "description": "The transcript, in the form asked for",
            "content": {
                "application/json": {
                    "schema": {"anyOf": [schemas.TRANSCRIPT, schemas.VERBOSE, schemas.AMAZON]}
                },
                "text/plain": {"schema": schemas.STRING},
                "text/vtt": {"schema": schemas.STRING},
                "application/x-subrip": {"schema": schemas.STRING},
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
                    "schema": schemas.members(
                        status={"const": "ok"},
                        model=schemas.MODEL,
                        decoders=schemas.listed({"enum": list(DECODERS)}),
                    )
                }
            },
        },
        **problem_answers(errors.ModelUnavailableError),
    },
}


# These bodies are read by hand, since they may be any audio; so their forms are stated by hand.
_BODIES = {
    "/v1/transcribe": _REQUEST_BODY,
    "/v1/audio/transcriptions": openai.REQUEST_BODY,
}


def generate(app: ApiGatewayResolver) -> str:
    """The OpenAPI document of `app` and of the jobs function, as JSON."""
    document = json.loads(app.get_openapi_json_schema(**INFORMATION))
    document["paths"] |= _job_paths()
    for path, body in _BODIES.items():
        document["paths"][path]["post"]["requestBody"] = body
    _drop_unused_answers(document)
    return json.dumps(document)


def _job_paths() -> dict[str, Any]:
    # Only whoever asks for the document waits for what its other function is made of.
    from handlers.http.jobs import add_job_routes  # noqa: PLC0415
    from handlers.http.openapi import jobs as job_documents  # noqa: PLC0415

    jobs = APIGatewayRestResolver(enable_validation=True)
    add_job_routes(jobs, None)
    paths: dict[str, Any] = json.loads(jobs.get_openapi_json_schema(**INFORMATION))["paths"]
    paths[problems.JOBS]["post"]["requestBody"] = job_documents.CREATE_BODY
    return paths


def _drop_unused_answers(document: dict[str, Any]) -> None:
    """Leave out what Powertools answers to bad parameters: here that is a problem document."""
    for methods in document["paths"].values():
        for operation in methods.values():
            answers = operation["responses"]
            if "HTTPValidationError" in json.dumps(answers.get("422")):
                del answers["422"]
    for name in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        document["components"]["schemas"].pop(name, None)
