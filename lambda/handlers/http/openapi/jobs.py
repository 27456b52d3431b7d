"""What the OpenAPI document says of the routes of jobs."""

from typing import Any

from asr import errors
from asr.settings import DECODERS
from handlers.http.openapi.schemas import (
    INTEGER,
    MODEL,
    PROBLEM,
    STRING,
    TRANSCRIPT,
    listed,
    members,
    problem_answers,
    widened,
)
from jobs.tickets import JobRequest

_DATE_TIME = {"type": "string", "format": "date-time"}
_FORMATS = JobRequest.model_json_schema()["properties"]["formats"]
_SOURCE = members(
    bucket=STRING,
    key=STRING,
    etag=STRING,
    version_id={"type": ["string", "null"]},
    size={**INTEGER, "type": ["integer", "null"], "description": "bytes"},
    last_modified={"type": ["string", "null"]},
    sequencer={"type": ["string", "null"]},
)
_CREATED = {
    "type": "object",
    "required": ["id", "status", "upload", "max_bytes", "expires_at"],
    "properties": {
        "id": STRING,
        "status": {"enum": ["awaiting_upload"]},
        "upload": {
            "type": "object",
            "required": ["url", "fields"],
            "description": "POST a form (multipart) to url: the fields, then the file as `file`",
            "properties": {
                "url": {"type": "string", "format": "uri"},
                "fields": {"type": "object", "additionalProperties": STRING},
            },
        },
        "max_bytes": {"type": "integer", "description": "that the upload may have"},
        "expires_at": {**_DATE_TIME, "description": "when an upload can no longer be begun"},
    },
}
_JOB = {
    "type": "object",
    "required": ["id", "status", "file_name", "content_type", "formats", "decoder", "expires_at"],
    "properties": {
        "id": STRING,
        "status": {"enum": ["awaiting_upload", "queued", "running", "succeeded", "failed"]},
        "file_name": STRING,
        "content_type": STRING,
        "formats": {"type": "array", "items": _FORMATS["items"]},
        "decoder": {
            "enum": [*DECODERS, None],
            "description": "that was asked for; null: what the batch function is set to",
        },
        "expires_at": _DATE_TIME,
        "transcript": {
            **widened(TRANSCRIPT, formats=listed(STRING), source=_SOURCE),
            "description": "of one that succeeded, where it is small enough for an answer",
        },
        "results": {
            "type": "object",
            "additionalProperties": {"type": "string", "format": "uri"},
            "description": "of one that succeeded: links by format, good for 15 minutes",
        },
        "problem": {
            **widened(PROBLEM, model=MODEL, source=_SOURCE),
            "description": "of one that failed",
        },
    },
}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


CREATE: dict[str, Any] = {
    "summary": "Ask for an upload, of audio too large or too long for a request",
    "responses": {
        201: {
            "description": "The job, and the form that takes its audio for 15 minutes",
            "headers": {"Location": {"description": "of the job", "schema": STRING}},
            "content": _json(_CREATED),
        },
        **problem_answers(errors.MalformedRequestError, errors.JobsUnavailableError),
    },
}
READ: dict[str, Any] = {
    "summary": "What has become of a job",
    "responses": {
        200: {"description": "Its status, and its results", "content": _json(_JOB)},
        404: {
            "description": "not_found: no job of this caller has this id",
            "content": {"application/problem+json": {"schema": PROBLEM}},
        },
        **problem_answers(errors.JobsUnavailableError),
    },
}
# The body is read by hand, whatever its content type says; so its form is stated by hand.
CREATE_BODY = {"required": True, "content": _json(JobRequest.model_json_schema())}
