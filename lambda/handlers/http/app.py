"""The API Gateway resolver (REST, payload 1.0) and the error responses of every resolver.

Errors become problem documents (RFC 9457).
"""

import json
import os
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from asr.errors import (
    PROBLEM_MEDIA_TYPE,
    AsrError,
    problem_document,
    problem_from_error,
)
from handlers.observability import logger, record_error

# Response to a request without a route, by method and path; None for a problem document.
NotFoundResponse = Callable[[str, str], Response[Any] | None]
# Whether a job would take the audio that a request was refused for.
JobAccepts = Callable[[AsrError], bool]

JOBS_PATH = "/v1/jobs"  # takes audio that is too large or too long for one request


def api_gateway_resolver() -> APIGatewayRestResolver:
    """Resolver that validates parameters and allows cross-origin requests from CORS_ORIGIN."""
    origin = os.environ.get("CORS_ORIGIN", "*")
    return APIGatewayRestResolver(
        enable_validation=True,
        cors=CORSConfig(
            allow_origin=origin, allow_headers=["x-api-key"], expose_headers=["Location"]
        ),
    )


def problem_response(problem: dict[str, Any]) -> Response[str]:
    """HTTP response with a problem document as its body."""
    return Response(problem["status"], PROBLEM_MEDIA_TYPE, json.dumps(problem))


def add_error_handlers(
    app: ApiGatewayResolver,
    not_found_response: NotFoundResponse = lambda _, __: None,
    job_accepts: JobAccepts = lambda _: False,
) -> None:
    """Turn every error of the routes of `app` into a response."""

    @app.exception_handler(AsrError)
    def asr_error(error: AsrError) -> Response[str]:
        record_error(error.code, error.detail)
        problem = problem_from_error(error)
        return problem_response(_with_jobs_link(problem) if job_accepts(error) else problem)

    @app.not_found
    def not_found(_: NotFoundError) -> Response[Any]:
        method, path = app.current_event.http_method, app.current_event.path
        problem = problem_document("not_found", 404, "Not found", f"no route for {method} {path}")
        return not_found_response(method, path) or problem_response(problem)

    @app.exception_handler(Exception)
    def internal_error(_: Exception) -> Response[str]:
        logger.exception("internal error")
        return problem_response(
            problem_document("internal", 500, "Internal error", "see the logs of this request")
        )


def _with_jobs_link(problem: dict[str, Any]) -> dict[str, Any]:
    """Point from audio that exceeds the limits of a request to the route that takes it."""
    detail = f"{problem['detail'].rstrip('.')}; a job accepts more: POST {JOBS_PATH}"
    return problem | {"detail": detail, "jobs": JOBS_PATH}
