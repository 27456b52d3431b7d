"""The HTTP routes, the same behind API Gateway and on a local server."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.openapi.params import Query

from asr.audio.audio import Budget
from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers.http import openai, problems, requests
from handlers.http.openapi import document
from handlers.observability import record

Format = Literal["json", "text", "srt", "vtt", "verbose_json", "transcribe"]
Decoder = Literal["greedy", "beam"]


def add_routes(app: ApiGatewayResolver, settings: Settings) -> None:
    """Add all routes, and the answers to what goes wrong in them, to `app`."""
    _add_service(app, settings)
    openai.add_routes(app, settings)
    _add_documents(app)
    problems.add_problems(app, openai.not_found)


def _add_service(app: ApiGatewayResolver, settings: Settings) -> None:
    @app.post("/v1/transcribe", **document.TRANSCRIBE)
    def transcribe(
        format: Annotated[Format, Query(description="Form of the answer")] = "json",
        timestamps: Annotated[bool, Query(description="Whether json lists the words")] = True,
        decoder: Annotated[Decoder | None, Query(description=document.DECODER)] = None,
    ) -> Response[Any]:
        # The parameters are declared for validation and the document; members of a JSON body win
        # over them, so all are read from the request.
        request = requests.from_http(app.current_event)
        budget = Budget(settings.request_max_seconds)
        transcript = warm_transcriber(settings).transcribe(request.audio, budget, request.decoder)
        record(transcript)
        return Response(200, request.output_format.media_type, request.body(transcript))

    @app.get("/v1/health", **document.HEALTH)
    def health() -> dict[str, Any]:
        """Open the model if it is not open yet, and say what it is and can do."""
        transcriber = warm_transcriber(settings)
        return {"status": "ok", "model": transcriber.identity, "decoders": transcriber.decoders}


def _add_documents(app: ApiGatewayResolver) -> None:
    app.enable_swagger(path="/docs", **document.INFORMATION)

    @app.get("/openapi.json", include_in_schema=False)
    def openapi_json() -> Response[str]:
        """The OpenAPI document of these routes."""
        return Response(200, "application/json", document.generate(app))
