"""The routes of OpenAI's API that transcribe, so that programs written for it need only a new base.

Answers, and errors in their envelope, are as theirs; what they refuse with a 400 is a 400 here.
"""

import json
from datetime import datetime
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from asr.audio.audio import Budget
from asr.errors import AsrError
from asr.formats import openai
from asr.formats.registry import JSON, get_format
from asr.manifest import Manifest
from asr.settings import Settings
from asr.transcriber import warm_transcriber
from asr.transcript import Transcript
from handlers.http import openai_requests
from handlers.http.openai_requests import FieldError, OpenaiRequest
from handlers.http.openapi import openai as openai_document
from handlers.observability import logger, record, record_error

EVENT_STREAM = "text/event-stream; charset=utf-8"
OWNER = "serverless-asr"
PATHS = ("/v1/audio/", "/v1/models/")  # what is missing below these is refused as they do
# Their service knows neither status: audio that it cannot use is a bad request.
_STATUSES = {415: 400, 422: 400}


def add_routes(app: ApiGatewayResolver, settings: Settings) -> None:
    """Add the routes to `app`."""

    @app.post(
        "/v1/audio/transcriptions",
        middlewares=[refuse_as_they_do],
        **openai_document.TRANSCRIPTIONS,
    )
    def create_transcription() -> Response[Any]:
        request = openai_requests.read(app.current_event)
        budget = Budget(settings.request_max_seconds)
        transcript = warm_transcriber(settings).transcribe(request.audio, budget, request.decoder)
        record(transcript)
        return _answer(request, transcript)

    @app.get("/v1/models", middlewares=[refuse_as_they_do], **openai_document.MODELS)
    def list_models() -> dict[str, Any]:
        return {"object": "list", "data": [_model(warm_transcriber(settings).manifest)]}

    @app.get("/v1/models/<model>", middlewares=[refuse_as_they_do], **openai_document.MODEL)
    def retrieve_model(model: str) -> Response[Any]:
        served = _model(warm_transcriber(settings).manifest)
        if model == served["id"]:
            return _json(200, served)
        detail = f"there is no model {model!r}; {served['id']!r} is served"
        return _error(404, detail, "model", "model_not_found")


def refuse_as_they_do(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Answer what goes wrong in a route with their envelope instead of a problem document."""
    try:
        return next_middleware(app)
    except AsrError as error:
        record_error(error.code, error.detail)
        status = _STATUSES.get(error.status, error.status)
        return _error(status, error.detail, _field(error), error.code)
    except Exception:
        logger.exception("internal error")
        return _error(500, "see the logs of this request", None, "internal")


def not_found(method: str, path: str) -> Response[Any] | None:
    """Answer a request for which there is no route, if it was meant for this API."""
    if not path.startswith(PATHS):
        return None
    return _error(404, f"there is no {method} {path}", None, "not_found")


def _answer(request: OpenaiRequest, transcript: Transcript) -> Response[Any]:
    if request.stream:
        return Response(200, EVENT_STREAM, openai.to_events(transcript))
    if request.response_format == "json":
        return _json(200, openai.to_json(transcript))
    if request.response_format == "verbose_json":
        return _json(200, openai.to_verbose_json(transcript, request.granularities))
    output_format = get_format(request.response_format)
    return Response(200, output_format.media_type, output_format.render(transcript))


def _field(error: AsrError) -> str | None:
    """The field that is at fault: audio that cannot be used is what `file` holds."""
    if isinstance(error, FieldError):
        return error.field
    return "file" if error.status in {413, 415, 422} else None


def _error(status: int, message: str, field: str | None, code: str) -> Response[Any]:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return _json(
        status, {"error": {"message": message, "type": kind, "param": field, "code": code}}
    )


def _json(status: int, members: dict[str, Any]) -> Response[Any]:
    return Response(status, JSON, json.dumps(members, ensure_ascii=False))


def _model(manifest: Manifest) -> dict[str, Any]:
    created = int(datetime.fromisoformat(manifest.created).timestamp())
    return {"id": manifest.name, "object": "model", "created": created, "owned_by": OWNER}
