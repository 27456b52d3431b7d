"""The HTTP routes, the same behind API Gateway and on a local server."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Query

from asr.audio import Budget
from asr.errors import AsrError, MalformedRequestError
from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers import openapi, problems, requests
from handlers.observability import logger, record, record_error
from handlers.page import add_page

Format = Literal["json", "text", "srt", "vtt", "verbose_json"]


def add_routes(app: ApiGatewayResolver, settings: Settings) -> None:
    """Add all routes, and the answers to what goes wrong in them, to `app`."""
    _add_service(app, settings)
    _add_documents(app)
    add_page(app)
    _add_problems(app)


def _add_service(app: ApiGatewayResolver, settings: Settings) -> None:
    @app.post("/v1/transcribe", **openapi.TRANSCRIBE)
    def transcribe(
        format: Annotated[Format, Query(description="Form of the answer")] = "json",
        timestamps: Annotated[bool, Query(description="Whether json lists the words")] = True,
    ) -> Response[Any]:
        # The parameters are declared for validation and the document; members of a JSON body win
        # over them, so all are read from the request.
        request = requests.from_http(app.current_event)
        budget = Budget(settings.request_max_seconds)
        transcript = warm_transcriber(settings).transcribe(request.audio, budget)
        record(transcript)
        return Response(200, request.rendering.media_type, request.render(transcript))

    @app.get("/v1/health", **openapi.HEALTH)
    def health() -> dict[str, Any]:
        """Open the model if it is not open yet, and name it."""
        return {"status": "ok", "model": warm_transcriber(settings).identity}


def _add_documents(app: ApiGatewayResolver) -> None:
    app.enable_swagger(path="/docs", **openapi.INFORMATION)

    @app.get("/openapi.json", include_in_schema=False)
    def document() -> Response[str]:
        """The OpenAPI document of these routes."""
        return Response(200, "application/json", openapi.generate(app))


def _add_problems(app: ApiGatewayResolver) -> None:
    @app.exception_handler(AsrError)
    def refuse(error: AsrError) -> Response[str]:
        record_error(error.code, error.detail)
        return problems.response(problems.from_error(error))

    @app.exception_handler(RequestValidationError)
    def refuse_parameters(error: RequestValidationError) -> Response[str]:
        names = ", ".join(str(fault["loc"][-1]) for fault in error.errors())
        fault = MalformedRequestError(f"not a valid value for: {names}")
        record_error(fault.code, fault.detail)
        return problems.response(problems.from_error(fault))

    @app.not_found
    def not_found(_: NotFoundError) -> Response[str]:
        where = f"{app.current_event.http_method} {app.current_event.path}"
        return problems.response(
            problems.document("not_found", 404, "Not found", f"there is no {where}")
        )

    @app.exception_handler(Exception)
    def fail(_: Exception) -> Response[str]:
        logger.exception("internal error")
        return problems.response(
            problems.document("internal", 500, "Internal error", "see the logs of this request")
        )
