"""The OpenAPI document of the HTTP interface, and a page that shows it."""

import json
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.openapi import swagger_ui
from pydantic.json_schema import models_json_schema

from asr.version import __version__
from handlers.http.openapi.operations import MODELS, OPERATIONS, REFERENCE

INFORMATION: dict[str, Any] = {
    "title": "Serverless speech recognition",
    "version": __version__,
    "description": "Speech to text: CTC transcripts with word times and confidences.",
}


def generate(*apps: ApiGatewayResolver) -> str:
    """OpenAPI document of the routes of all `apps`, as JSON."""
    paths: dict[str, Any] = {}
    for app in apps:
        paths |= json.loads(app.get_openapi_json_schema(**INFORMATION))["paths"]
    for path, methods in paths.items():
        for method, operation in methods.items():
            operation.update(OPERATIONS[method, path])
    _, schemas = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template=REFERENCE
    )
    document = {
        "openapi": "3.1.0",
        "info": INFORMATION,
        "servers": [{"url": "."}],  # relative to the document: the stage of API Gateway
        "paths": paths,
        "components": {"schemas": schemas["$defs"]},
    }
    return json.dumps(document)


def swagger_page(document: str) -> str:
    """HTML page that shows an OpenAPI document in Swagger UI."""
    files = Path(swagger_ui.__file__).parent
    return swagger_ui.generate_swagger_html(
        document.replace("</", "<\\/"),  # so that no text of it closes the script element
        (files / "swagger-ui-bundle.min.js").read_text(encoding="utf-8"),
        (files / "swagger-ui.min.css").read_text(encoding="utf-8"),
        swagger_base_url="",
        oauth2_config=None,
    )
