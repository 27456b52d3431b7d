"""What the OpenAPI document says of the routes of OpenAI's API."""

from typing import Any

from asr.formats.openai import GRANULARITIES
from asr.settings import DECODERS
from handlers.http.openai_requests import RESPONSE_FORMATS
from handlers.http.openapi import schemas

REQUEST_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "model"],
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "the audio"},
                    "model": {
                        "type": "string",
                        "minLength": 1,
                        "description": "any name; one model is served",
                    },
                    "response_format": {"enum": list(RESPONSE_FORMATS), "default": "json"},
                    "timestamp_granularities[]": {
                        "type": "array",
                        "items": {"enum": list(GRANULARITIES)},
                        "description": "what verbose_json lists; refused with other formats",
                    },
                    "stream": {
                        "enum": ["true", "false"],
                        "description": "server-sent events, whatever response_format says; "
                        "they come at once, after the audio has been read",
                    },
                    "decoder": {"enum": list(DECODERS), "description": "of this server alone"},
                    "language": {"type": "string", "description": "passed over"},
                    "prompt": {"type": "string", "description": "passed over"},
                    "temperature": {"description": "passed over"},
                },
            }
        }
    },
}


def _answer(description: str, schema: schemas.Schema) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _errors(*statuses: tuple[int, str]) -> dict[int, Any]:
    return {
        status: _answer(description, schemas.OPENAI_ERROR)
        for status, description in [*statuses, (503, "model_unavailable")]
    }


TRANSCRIPTIONS: dict[str, Any] = {
    "summary": "Transcribe audio, as OpenAI's API does",
    "description": "For OpenAI's clients, with this server as their `base_url`. Options that steer "
    "other kinds of model are passed over.",
    "responses": {
        200: {
            "description": "The transcript, in the form asked for",
            "content": {
                "application/json": {"schema": {"anyOf": [schemas.TEXT, schemas.VERBOSE]}},
                "text/plain": {"schema": schemas.STRING},
                "text/vtt": {"schema": schemas.STRING},
                "application/x-subrip": {"schema": schemas.STRING},
                "text/event-stream": {"schema": schemas.EVENT},
            },
        },
        **_errors(
            (
                400,
                "malformed_request or invalid_base64 or unsupported_audio or empty_audio or "
                "too_short",
            ),
            (413, "too_large or too_long"),
        ),
    },
}
MODELS: dict[str, Any] = {
    "summary": "The model that is served, as a list",
    "responses": {
        200: _answer(
            "The list",
            schemas.members(object={"const": "list"}, data=schemas.listed(schemas.OPENAI_MODEL)),
        ),
        **_errors(),
    },
}
MODEL: dict[str, Any] = {
    "summary": "The model of that name",
    "responses": {
        200: _answer("It is served", schemas.OPENAI_MODEL),
        **_errors((404, "model_not_found")),
    },
}
