"""API Gateway's requests (REST, payload 1.0), as all functions behind it take them."""

import os

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig


def gateway_resolver() -> APIGatewayRestResolver:
    """A resolver that validates, and lets the pages of CORS_ORIGIN (default: all) call it."""
    origin = os.environ.get("CORS_ORIGIN", "*")
    return APIGatewayRestResolver(
        enable_validation=True,
        cors=CORSConfig(
            allow_origin=origin, allow_headers=["x-api-key"], expose_headers=["Location"]
        ),
    )
