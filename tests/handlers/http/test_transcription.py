import json
from typing import cast

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities.typing import LambdaContext

from asr.settings import Settings
from handlers.http.transcription import add_routes
from tests.support import toy_model
from tests.support.api_events import Context, request


def test_any_resolver_can_carry_the_routes_with_its_own_limits():
    app = APIGatewayRestResolver(enable_validation=True)
    add_routes(app, Settings(request_max_seconds=0.5))
    event = request("POST", "/v1/transcribe", toy_model.wav("much too long for this"), "audio/wav")
    answer = app.resolve(event, cast(LambdaContext, Context()))
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (413, "too_long")
