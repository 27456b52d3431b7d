"""Client of the job routes behind API Gateway."""

import json
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.http.app import add_error_handlers, api_gateway_resolver
from handlers.http.jobs import add_job_routes
from jobs.settings import JobSettings
from tests.support.api_events import Context, request


class JobsApi:
    """The jobs function behind API Gateway."""

    def __init__(self, settings: JobSettings | None) -> None:
        self.app = api_gateway_resolver()
        add_job_routes(self.app, settings)
        add_error_handlers(self.app)

    def __call__(
        self, method: str, path: str, body: Any = None, api_key: str | None = None
    ) -> tuple[int, dict[str, Any], dict[str, Any]]:
        """Send a request with an API key; returns status, headers and JSON body."""
        encoded = body if isinstance(body, str | bytes | None) else json.dumps(body)
        event = request(method, path, encoded, "application/json")
        event["requestContext"]["identity"] = {"apiKeyId": api_key}
        response = self.app.resolve(event, cast(LambdaContext, Context()))
        headers = {name: values[0] for name, values in response["multiValueHeaders"].items()}
        return response["statusCode"], headers, json.loads(response["body"] or "{}")
