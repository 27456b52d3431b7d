"""The API function: API Gateway requests (REST, payload 1.0), and plain invocations.

A plain invocation is `{"audio": "<base64>", "format": ..., "decoder": ...}`; it gets what the
HTTP answer has as its body, or a problem document.
"""

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from asr.audio.audio import Budget
from asr.errors import AsrError, MalformedRequestError, problem_from_error
from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers.http import requests
from handlers.http.app import gateway_resolver
from handlers.http.transcription import add_routes
from handlers.observability import logger, metrics, record, record_error, tracer
from handlers.preload import preload

settings = Settings.from_environment()
app = gateway_resolver()
add_routes(app, settings)


def invoke(payload: Any) -> Any:  # noqa: ANN401 - JSON, in and out
    """Answer a plain invocation with JSON: an object, or a string for text, SRT and WebVTT."""
    try:
        if not isinstance(payload, dict):
            raise MalformedRequestError("the payload is not a JSON object")
        request = requests.from_payload(payload)
        transcript = warm_transcriber(settings).transcribe(
            request.audio, Budget(settings.request_max_seconds), request.decoder
        )
    except AsrError as error:
        record_error(error.code, error.detail)
        return problem_from_error(error)
    record(transcript)
    return request.content(transcript)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - either door
    """Lambda's entry point."""
    if isinstance(event, dict) and "httpMethod" in event:
        return app.resolve(event, context)
    return invoke(event)


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    preload(settings)
