"""Problem documents (RFC 9457) as HTTP answers."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from asr.errors import (
    PROBLEM_MEDIA_TYPE,
    AsrError,
    MalformedRequestError,
    problem_document,
    problem_from_error,
)
from handlers.observability import logger, record_error

Missing = Callable[[str, str], Response[Any] | None]

JOBS = "/v1/jobs"  # where audio may go that is too large or too long for one request


def response(problem: dict[str, Any]) -> Response[str]:
    """The HTTP answer that carries a problem document."""
    return Response(problem["status"], PROBLEM_MEDIA_TYPE, json.dumps(problem))


def _nothing(_: str, __: str) -> None:
    return None


def add_problems(app: ApiGatewayResolver, missing: Missing = _nothing) -> None:
    """Add the answers to what goes wrong in the routes of `app`.

    `missing` may answer in its own way where there is no route, by method and path, or give None.
    """

    @app.exception_handler(AsrError)
    def refuse(error: AsrError) -> Response[str]:
        record_error(error.code, error.detail)
        return response(_with_jobs(problem_from_error(error)))

    @app.exception_handler(RequestValidationError)
    def refuse_parameters(error: RequestValidationError) -> Response[str]:
        names = ", ".join(str(fault["loc"][-1]) for fault in error.errors())
        fault = MalformedRequestError(f"not a valid value for: {names}")
        record_error(fault.code, fault.detail)
        return response(problem_from_error(fault))

    @app.not_found
    def not_found(_: NotFoundError) -> Response[Any]:
        method, path = app.current_event.http_method, app.current_event.path
        problem = problem_document("not_found", 404, "Not found", f"there is no {method} {path}")
        return missing(method, path) or response(problem)

    @app.exception_handler(Exception)
    def fail(_: Exception) -> Response[str]:
        logger.exception("internal error")
        return response(
            problem_document("internal", 500, "Internal error", "see the logs of this request")
        )


def _with_jobs(problem: dict[str, Any]) -> dict[str, Any]:
    """Of audio that is too large or too long for a request, say who takes it."""
    if problem["status"] != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return problem
    detail = f"{problem['detail'].rstrip('.')}; a job may hold more: POST {JOBS}"
    return problem | {"detail": detail, "jobs": JOBS}
