"""The routes of jobs behind API Gateway, as whoever has a key calls them."""

import json
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.http import problems
from handlers.http.app import gateway_resolver
from handlers.http.jobs import add_job_routes
from jobs.settings import JobSettings
from tests.support.api_events import Context, request


class Api:
    """The jobs function behind API Gateway."""

    def __init__(self, settings: JobSettings | None) -> None:
        self.app = gateway_resolver()
        add_job_routes(self.app, settings)
        problems.add_problems(self.app)

    def __call__(
        self, method: str, path: str, body: Any = None, api_key: str | None = None
    ) -> tuple[int, dict[str, Any], dict[str, Any]]:
        """Status, headers and document of the answer to whom the gateway knows by `api_key`."""
        encoded = body if isinstance(body, str | bytes | None) else json.dumps(body)
        event = request(method, path, encoded, "application/json")
        event["requestContext"]["identity"] = {"apiKeyId": api_key}
        answer = self.app.resolve(event, cast(LambdaContext, Context()))
        headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        return answer["statusCode"], headers, json.loads(answer["body"] or "{}")
