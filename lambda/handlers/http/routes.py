"""All routes of the API function, which also a local server has."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver

from asr.settings import Settings
from handlers.http import openai
from handlers.http.app import add_error_handlers, api_gateway_resolver
from handlers.http.transcription import add_transcription_routes, job_accepts
from jobs.settings import JobSettings


def add_api_routes(
    app: ApiGatewayResolver, settings: Settings, jobs: JobSettings | None = None
) -> None:
    """Add the transcription routes, the documentation and the error handlers to `app`.

    `jobs` are the settings of jobs of the same deployment, which errors may point to.
    """
    add_transcription_routes(app, settings)
    openai.add_openai_routes(app, settings)
    _add_documentation_routes(app)
    add_error_handlers(app, openai.not_found_response, job_accepts(settings, jobs))


def _add_documentation_routes(app: ApiGatewayResolver) -> None:
    # The models of the document and boto3 are imported by these routes alone, because they would
    # prolong every cold start.

    @app.get("/openapi.json", include_in_schema=False)
    def openapi_json() -> Response[str]:
        return Response(200, "application/json", _openapi_document(app))

    @app.get("/docs", include_in_schema=False)
    def docs() -> Response[str]:
        from handlers.http.openapi.document import swagger_page  # noqa: PLC0415

        return Response(200, "text/html", swagger_page(_openapi_document(app)))


def _openapi_document(app: ApiGatewayResolver) -> str:
    """OpenAPI document of `app` and of the jobs function."""
    from handlers.http.jobs import add_job_routes  # noqa: PLC0415
    from handlers.http.openapi.document import generate  # noqa: PLC0415

    jobs = api_gateway_resolver()
    add_job_routes(jobs, None)
    return generate(app, jobs)
