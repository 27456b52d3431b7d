"""The jobs function: presigned uploads, job status, web page. It does not import the engine."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.http.app import add_error_handlers, api_gateway_resolver
from handlers.http.jobs import add_job_routes
from handlers.http.page import add_page_routes
from handlers.observability import logger, metrics, tracer
from jobs.settings import JobSettings

settings = JobSettings.from_environment()
app = api_gateway_resolver()
add_job_routes(app, settings)
add_page_routes(app, settings)
add_error_handlers(app)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda entry point."""
    return app.resolve(event, context)
