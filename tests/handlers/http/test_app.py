import json
from typing import cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from asr.errors import TooLongError, problem_from_error
from handlers.http.app import api_gateway_resolver, problem_response
from tests.support.api_events import Context, request


@pytest.mark.parametrize("origin", ["*", "https://example.com"])
def test_pages_of_the_configured_origin_may_send_an_api_key(
    origin: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CORS_ORIGIN", origin)
    app = api_gateway_resolver()
    event = request("OPTIONS", "/v1/anything") | {"headers": {"Origin": "https://example.com"}}
    response = app.resolve(event, cast(LambdaContext, Context()))
    headers = {name: values[0] for name, values in response["multiValueHeaders"].items()}
    assert response["statusCode"] == 204
    assert headers["Access-Control-Allow-Origin"] == origin
    assert "x-api-key" in headers["Access-Control-Allow-Headers"]
    assert headers["Access-Control-Expose-Headers"] == "Location"


def test_a_problem_response_has_its_status_and_media_type():
    response = problem_response(problem_from_error(TooLongError("x")))
    headers = response.headers
    assert (response.status_code, headers["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(str(response.body))["code"] == "too_long"
