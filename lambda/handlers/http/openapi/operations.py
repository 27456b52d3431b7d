"""Summary, description, request body and responses of each operation in the OpenAPI document.

Powertools derives the query and path parameters from the route functions; the rest is here, so that
no function builds the models unless it is asked for the document.
"""

from typing import Any

from pydantic import BaseModel

from asr import errors
from asr.errors import PROBLEM_MEDIA_TYPE
from handlers.http.openapi.amazon_models import AmazonTranscription
from handlers.http.openapi.models import (
    CreatedJob,
    Health,
    Job,
    Problem,
    Transcription,
    TranscriptionBody,
    TranscriptionForm,
    TranscriptionOptions,
)
from handlers.http.openapi.openai_models import (
    OpenAIError,
    OpenAIEvent,
    OpenAIModel,
    OpenAIModelList,
    OpenAITranscription,
    OpenAITranscriptionForm,
    OpenAIVerboseTranscription,
)
from jobs.tickets import JobRequest

JSON = "application/json"
REFERENCE = "#/components/schemas/{model}"
# Models that operations refer to; the models of their fields are added with them.
MODELS: tuple[type[BaseModel], ...] = (
    TranscriptionBody,
    TranscriptionForm,
    Transcription,
    AmazonTranscription,
    Health,
    Problem,
    JobRequest,
    CreatedJob,
    Job,
    OpenAITranscriptionForm,
    OpenAITranscription,
    OpenAIVerboseTranscription,
    OpenAIEvent,
    OpenAIModel,
    OpenAIModelList,
    OpenAIError,
)

Content = dict[str, Any]
_STRING: Content = {"schema": {"type": "string"}}
_BINARY: Content = {"schema": {"type": "string", "format": "binary"}}
_TEXT_FORMATS = {"text/plain": _STRING, "text/vtt": _STRING, "application/x-subrip": _STRING}


def _schema(*models: type[BaseModel]) -> Content:
    """Content that has the form of one of the models."""
    references = [{"$ref": REFERENCE.format(model=model.__name__)} for model in models]
    return {"schema": references[0] if len(references) == 1 else {"anyOf": references}}


def _request_body(content: Content) -> dict[str, Any]:
    return {"required": True, "content": content}


def _response(description: str, content: Content) -> dict[str, Any]:
    return {"description": description, "content": content}


def _problem(description: str) -> dict[str, Any]:
    return _response(description, {PROBLEM_MEDIA_TYPE: _schema(Problem)})


def _problems(*rejections: type[errors.AsrError]) -> dict[str, Any]:
    """Problem documents by status; several errors may share one."""
    codes: dict[str, list[str]] = {}
    for error in rejections:
        codes.setdefault(str(error.status), []).append(error.code)
    return {status: _problem(" or ".join(names)) for status, names in codes.items()}


def _openai_errors(descriptions: dict[str, str]) -> dict[str, Any]:
    return {
        status: _response(description, {JSON: _schema(OpenAIError)})
        for status, description in {**descriptions, "503": "model_unavailable"}.items()
    }


def _query_parameters(options: type[BaseModel]) -> list[dict[str, Any]]:
    """The fields of a model as optional query parameters."""
    return [
        {"in": "query", "name": name, "required": False, "schema": schema}
        for name, schema in options.model_json_schema()["properties"].items()
    ]


_TRANSCRIBE = {
    "summary": "Transcribe audio",
    "description": "The audio is the body itself, a file of a form, or base64 in JSON. Its "
    "container and codec are detected from the bytes. Options in the body take precedence over "
    "query parameters; an unknown option is an error.",
    "parameters": _query_parameters(TranscriptionOptions),
    "requestBody": _request_body(
        {
            JSON: _schema(TranscriptionBody),
            "multipart/form-data": _schema(TranscriptionForm),
            "audio/*": _BINARY,
            "video/*": _BINARY,
            "application/octet-stream": _BINARY,
        }
    ),
    "responses": {
        "200": _response(
            "The transcript, in the requested format",
            {
                JSON: _schema(Transcription, OpenAIVerboseTranscription, AmazonTranscription),
                **_TEXT_FORMATS,
            },
        ),
        **_problems(
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
_HEALTH = {
    "summary": "Check that the model is ready",
    "responses": {
        "200": _response("The model is ready", {JSON: _schema(Health)}),
        **_problems(errors.ModelUnavailableError),
    },
}
_OPENAI_TRANSCRIBE = {
    "summary": "Transcribe audio (OpenAI's API)",
    "description": "For OpenAI's clients, with this server as their `base_url`. Options for "
    "features that this server lacks are ignored.",
    "requestBody": _request_body({"multipart/form-data": _schema(OpenAITranscriptionForm)}),
    "responses": {
        "200": _response(
            "The transcript, in the requested format",
            {
                JSON: _schema(OpenAITranscription, OpenAIVerboseTranscription),
                **_TEXT_FORMATS,
                "text/event-stream": _schema(OpenAIEvent),
            },
        ),
        **_openai_errors(
            {
                "400": "malformed_request or invalid_base64 or unsupported_audio or empty_audio "
                "or too_short",
                "413": "too_large or too_long",
            }
        ),
    },
}
_OPENAI_LIST_MODELS = {
    "summary": "List the models (OpenAI's API)",
    "responses": {
        "200": _response("The one model that is served", {JSON: _schema(OpenAIModelList)}),
        **_openai_errors({}),
    },
}
_OPENAI_RETRIEVE_MODEL = {
    "summary": "Describe a model (OpenAI's API)",
    "responses": {
        "200": _response("The model", {JSON: _schema(OpenAIModel)}),
        **_openai_errors({"404": "model_not_found"}),
    },
}
_CREATE_JOB = {
    "summary": "Create a job, for audio too large or too long for one request",
    "requestBody": _request_body({JSON: _schema(JobRequest)}),
    "responses": {
        "201": {
            **_response("The job, and an upload form for 15 minutes", {JSON: _schema(CreatedJob)}),
            "headers": {"Location": {"description": "address of the job", **_STRING}},
        },
        **_problems(errors.MalformedRequestError, errors.JobsUnavailableError),
    },
}
_READ_JOB = {
    "summary": "Read the status and results of a job",
    "responses": {
        "200": _response("The job", {JSON: _schema(Job)}),
        "404": _problem("not_found: the caller has no job with this id"),
        **_problems(errors.JobsUnavailableError),
    },
}

OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/v1/transcribe"): _TRANSCRIBE,
    ("get", "/v1/health"): _HEALTH,
    ("post", "/v1/audio/transcriptions"): _OPENAI_TRANSCRIBE,
    ("get", "/v1/models"): _OPENAI_LIST_MODELS,
    ("get", "/v1/models/{model}"): _OPENAI_RETRIEVE_MODEL,
    ("post", "/v1/jobs"): _CREATE_JOB,
    ("get", "/v1/jobs/{id}"): _READ_JOB,
}
