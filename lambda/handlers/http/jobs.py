"""The routes `POST /v1/jobs` and `GET /v1/jobs/{id}`."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.params import Path
from botocore.exceptions import BotoCoreError, ClientError

from asr.errors import JobsUnavailableError, problem_from_error
from handlers.http.app import JOBS_PATH, problem_response
from handlers.http.bodies import decode_base64
from handlers.observability import logger
from jobs import ids, status, tickets
from jobs.settings import JobSettings
from jobs.storage import JobStorage


def add_job_routes(app: ApiGatewayResolver, settings: JobSettings | None) -> None:
    """Add the routes of jobs to `app`; without settings they answer 503."""
    configured_storage = JobStorage(settings) if settings else None

    @app.post(JOBS_PATH)
    def create() -> Response[str]:
        owner, storage = _owner(app, configured_storage)
        request = tickets.parse_request(_body(app))
        ticket = tickets.issue(request, owner, datetime.now(UTC))
        storage.save_ticket(ticket, owner)
        job = {
            "id": ticket.id,
            "status": "awaiting_upload",
            "upload": storage.upload_form(ticket),
            "max_bytes": storage.settings.max_bytes,
            "expires_at": ticket.expires_at,
        }
        return _json(HTTPStatus.CREATED, job, {"Location": f"jobs/{ticket.id}"})

    @app.get(f"{JOBS_PATH}/<id>")
    def read(
        id: Annotated[str, Path(description="as returned when the job was created")],
    ) -> Response[str]:
        owner, storage = _owner(app, configured_storage)
        job = status.job_status(storage, owner, id, datetime.now(UTC)) if ids.is_id(id) else None
        if job is None:
            # The same response as for a missing route, so as not to reveal other users' jobs.
            raise NotFoundError
        return _json(HTTPStatus.OK, job)

    @app.exception_handler([BotoCoreError, ClientError])
    def storage_failed(_: Exception) -> Response[str]:
        logger.exception("storage failed")
        error = JobsUnavailableError("the job storage did not respond; try again")
        return problem_response(problem_from_error(error))


def _owner(app: ApiGatewayResolver, storage: JobStorage | None) -> tuple[str, JobStorage]:
    """The caller as an owner of jobs, and their storage; raises JobsUnavailableError."""
    if storage is None:
        raise JobsUnavailableError("jobs need the settings INPUT_BUCKET and OUTPUT_BUCKET")
    context = app.current_event.get("requestContext") or {}
    api_key_id = (context.get("identity") or {}).get("apiKeyId")
    return ids.owner(api_key_id, storage.settings.owner_key), storage


def _body(app: ApiGatewayResolver) -> str | bytes:
    body = app.current_event.body or ""
    return decode_base64(body) if app.current_event.is_base64_encoded else body


def _json(
    status_code: int, body: dict[str, Any], headers: dict[str, str] | None = None
) -> Response[str]:
    uncached = {"Cache-Control": "no-store", **(headers or {})}
    return Response(status_code, "application/json", json.dumps(body, ensure_ascii=False), uncached)
