"""The routes of jobs, the same behind API Gateway and on a local server."""

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
from handlers.http import problems
from handlers.http.openapi import jobs
from handlers.http.requests import decode_base64
from handlers.observability import logger
from jobs import ids, status, tickets
from jobs.settings import JobSettings
from jobs.storage import Storage


def add_job_routes(app: ApiGatewayResolver, settings: JobSettings | None) -> None:
    """Add `/v1/jobs`; without settings the routes say that there are no jobs here."""
    storage = Storage(settings) if settings else None

    @app.post(problems.JOBS, **jobs.CREATE)
    def create() -> Response[str]:
        owner, opened = _caller(app, storage)
        request = tickets.read_request(_body(app))
        ticket = tickets.issue(request, owner, datetime.now(UTC))
        opened.keep_ticket(ticket, owner)
        answer = {
            "id": ticket.id,
            "status": "awaiting_upload",
            "upload": opened.upload_form(ticket),
            "max_bytes": opened.settings.max_bytes,
            "expires_at": ticket.expires_at,
        }
        return _answer(HTTPStatus.CREATED, answer, {"Location": f"jobs/{ticket.id}"})

    @app.get(f"{problems.JOBS}/<id>", **jobs.READ)
    def read(
        id: Annotated[str, Path(description="as the job's creation gave it")],
    ) -> Response[str]:
        owner, opened = _caller(app, storage)
        found = status.look_up(opened, owner, id, datetime.now(UTC)) if ids.is_id(id) else None
        if found is None:
            # As of any address that there is not: whether it is a job of another, nobody learns.
            raise NotFoundError
        return _answer(HTTPStatus.OK, found)

    @app.exception_handler([BotoCoreError, ClientError])
    def storage_failed(_: Exception) -> Response[str]:
        logger.exception("storage failed")
        error = JobsUnavailableError("the storage of jobs did not answer; try again")
        return problems.response(problem_from_error(error))


def _caller(app: ApiGatewayResolver, storage: Storage | None) -> tuple[str, Storage]:
    """Who asks, as an owner of jobs, and where those are; raises JobsUnavailableError."""
    if storage is None:
        raise JobsUnavailableError("INPUT_BUCKET and OUTPUT_BUCKET name no buckets for jobs")
    context = app.current_event.get("requestContext") or {}
    api_key_id = (context.get("identity") or {}).get("apiKeyId")
    return ids.owner(api_key_id, storage.settings.owner_key), storage


def _body(app: ApiGatewayResolver) -> str | bytes:
    body = app.current_event.body or ""
    return decode_base64(body) if app.current_event.is_base64_encoded else body


def _answer(
    status_code: int, body: dict[str, Any], headers: dict[str, str] | None = None
) -> Response[str]:
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(status_code, "application/json", json.dumps(body, ensure_ascii=False), kept)
