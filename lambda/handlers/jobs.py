"""The jobs function: presigned uploads, their status, and the page. It never loads the engine."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.http import problems
from handlers.http.app import gateway_resolver
from handlers.http.jobs import add_job_routes
from handlers.http.page import add_page
from handlers.observability import logger, metrics, tracer
from jobs.settings import JobSettings

settings = JobSettings.read()
app = gateway_resolver()
add_job_routes(app, settings)
add_page(app, settings)
problems.add_problems(app)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point."""
    return app.resolve(event, context)
