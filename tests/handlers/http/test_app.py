from typing import cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.http.app import gateway_resolver
from tests.support.api_events import Context, request


@pytest.mark.parametrize("origin", ["*", "https://example.com"])
def test_pages_of_the_origin_that_is_set_may_call_with_a_key(
    origin: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CORS_ORIGIN", origin)
    app = gateway_resolver()
    event = request("OPTIONS", "/v1/anything") | {"headers": {"Origin": "https://example.com"}}
    answer = app.resolve(event, cast(LambdaContext, Context()))
    headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    assert answer["statusCode"] == 204
    assert headers["Access-Control-Allow-Origin"] == origin
    assert "x-api-key" in headers["Access-Control-Allow-Headers"]
    assert headers["Access-Control-Expose-Headers"] == "Location"
