"""The routes of OpenAI's API for transcription: its clients work with a new `base_url` alone.

Responses, and the envelope of errors, follow that API. What it rejects with 400 is 400 here.
"""

import json
from datetime import datetime
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from asr.choices import OptionError
from asr.errors import AsrError
from asr.formats import openai
from asr.formats.registry import JSON, get_format
from asr.manifest import Manifest
from asr.settings import Settings
from asr.transcriber import warm_transcriber
from asr.transcript import Transcript
from handlers.http import openai_requests
from handlers.http.openai_requests import OpenAIRequest
from handlers.http.transcription import transcribe_request
from handlers.observability import logger, record_error

EVENT_STREAM = "text/event-stream; charset=utf-8"
OWNER = "serverless-asr"
PATH_PREFIXES = ("/v1/audio/", "/v1/models/")  # missing routes below these get OpenAI's envelope
# OpenAI's API has neither status: audio that cannot be used is a bad request.
_STATUSES = {415: 400, 422: 400}


def add_openai_routes(app: ApiGatewayResolver, settings: Settings) -> None:
    """Add `/v1/audio/transcriptions` and `/v1/models` to `app`."""
    middlewares = [openai_error_middleware]

    @app.post("/v1/audio/transcriptions", middlewares=middlewares)
    def create_transcription() -> Response[Any]:
        request = openai_requests.from_http(app.current_event)
        return _transcription(request, transcribe_request(request, settings))

    @app.get("/v1/models", middlewares=middlewares)
    def list_models() -> dict[str, Any]:
        return {"object": "list", "data": [_model(warm_transcriber(settings).manifest)]}

    @app.get("/v1/models/<model>", middlewares=middlewares)
    def retrieve_model(model: str) -> Response[Any]:
        served = _model(warm_transcriber(settings).manifest)
        if model == served["id"]:
            return _json(200, served)
        message = f"there is no model {model!r}; the server has {served['id']!r}"
        return _error(404, message, "model", "model_not_found")


def openai_error_middleware(
    app: ApiGatewayResolver, next_middleware: NextMiddleware
) -> Response[Any]:
    """Return errors of a route in OpenAI's envelope instead of a problem document."""
    try:
        return next_middleware(app)
    except AsrError as error:
        record_error(error.code, error.detail)
        status = _STATUSES.get(error.status, error.status)
        return _error(status, error.detail, _form_field(error), error.code)
    except Exception:
        logger.exception("internal error")
        return _error(500, "see the logs of this request", None, "internal")


def not_found_response(method: str, path: str) -> Response[Any] | None:
    """Response to a missing route below one of `PATH_PREFIXES`; None for any other."""
    if not path.startswith(PATH_PREFIXES):
        return None
    return _error(404, f"no route for {method} {path}", None, "not_found")


def _transcription(request: OpenAIRequest, transcript: Transcript) -> Response[Any]:
    if request.stream:
        return Response(200, EVENT_STREAM, openai.to_events(transcript))
    if request.response_format == "json":
        return _json(200, openai.to_json(transcript))
    if request.response_format == "verbose_json":
        return _json(200, openai.to_verbose_json(transcript, request.granularities))
    output_format = get_format(request.response_format)
    return Response(200, output_format.media_type, output_format.render(transcript))


def _form_field(error: AsrError) -> str | None:
    """Form field that caused an error; unusable audio comes from `file`."""
    if isinstance(error, OptionError):
        return error.option
    return "file" if error.status in {413, 415, 422} else None


def _error(status: int, message: str, field: str | None, code: str) -> Response[Any]:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return _json(
        status, {"error": {"message": message, "type": kind, "param": field, "code": code}}
    )


def _json(status: int, body: dict[str, Any]) -> Response[Any]:
    return Response(status, JSON, json.dumps(body, ensure_ascii=False))


def _model(manifest: Manifest) -> dict[str, Any]:
    created = int(datetime.fromisoformat(manifest.created).timestamp())
    return {"id": manifest.name, "object": "model", "created": created, "owned_by": OWNER}
