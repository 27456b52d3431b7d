import json
from typing import cast

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities.typing import LambdaContext

from asr.settings import Settings
from handlers.http.routes import add_api_routes
from tests.support import toy_model
from tests.support.api_events import Context, request


def test_routes_obey_the_limits_of_their_settings():
    app = APIGatewayRestResolver(enable_validation=True)
    add_api_routes(app, Settings(request_max_seconds=0.5))
    event = request(
        "POST", "/v1/transcribe", toy_model.text_wav("much too long for this"), "audio/wav"
    )
    response = app.resolve(event, cast(LambdaContext, Context()))
    assert (response["statusCode"], json.loads(response["body"])["code"]) == (413, "too_long")
