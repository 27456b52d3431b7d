"""The API function: API Gateway requests (REST, payload 1.0) and direct invocations.

The payload of a direct invocation is `{"audio": "<base64>", "format": ..., "decoder": ...}`; the
result is the body of the corresponding HTTP response, or a problem document.
"""

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from asr.errors import AsrError, MalformedRequestError, problem_from_error
from asr.settings import Settings
from handlers.http import requests
from handlers.http.app import api_gateway_resolver
from handlers.http.routes import add_api_routes
from handlers.http.transcription import transcribe_request
from handlers.observability import logger, metrics, record_error, tracer
from handlers.preload import preload
from jobs.settings import JobSettings

settings = Settings.from_environment()
app = api_gateway_resolver()
add_api_routes(app, settings, JobSettings.from_environment())


def invoke(payload: Any) -> Any:  # noqa: ANN401 - JSON, in and out
    """Handle a direct invocation; returns an object, or a string for text, SRT and WebVTT."""
    try:
        if not isinstance(payload, dict):
            raise MalformedRequestError("the payload is not a JSON object")
        request = requests.from_payload(payload)
        transcript = transcribe_request(request, settings)
    except AsrError as error:
        record_error(error.code, error.detail)
        return problem_from_error(error)
    return request.content(transcript)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - as `invoke`
    """Lambda entry point."""
    if isinstance(event, dict) and "httpMethod" in event:
        return app.resolve(event, context)
    return invoke(event)


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    preload(settings)
