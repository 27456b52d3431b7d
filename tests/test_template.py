"""The SAM template, as far as it can be judged without AWS: routes, keys, rights."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from handlers import openapi
from handlers.api import app
from handlers.page import read_page

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


class Loader(yaml.SafeLoader):
    """Reads `!Ref x` as x, and so on: what they name is enough here."""


def construct(loader: Loader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


Loader.add_multi_constructor("!", construct)


@pytest.fixture
def resources() -> dict[str, Any]:
    template: dict[str, Any] = yaml.load(TEMPLATE.read_text(), Loader)
    found: dict[str, Any] = template["Resources"]
    return found


@pytest.fixture
def deployed(resources: dict[str, Any]) -> dict[str, Any]:
    paths: dict[str, Any] = resources["Api"]["Properties"]["DefinitionBody"]["paths"]
    return paths


def test_every_route_that_the_interface_describes_is_deployed(deployed: dict[str, Any]):
    described = json.loads(openapi.generate(app))["paths"]
    assert described
    for path, methods in described.items():
        assert methods.keys() <= deployed[path].keys()


def test_every_post_asks_for_a_key_and_nothing_else_does(deployed: dict[str, Any]):
    for methods in deployed.values():
        for method, route in methods.items():
            asks = route.get("security") == ["KeyRequired", [{"api_key": []}], []]
            assert asks == (method == "post")


def test_the_page_is_deployed_with_limits_of_its_own(
    resources: dict[str, Any], deployed: dict[str, Any]
):
    limits = {
        setting["ResourcePath"]: setting["ThrottlingBurstLimit"]
        for setting in resources["Api"]["Properties"]["MethodSettings"]
    }
    encoded = {"/": "/", "/web/{digest}/{name}": "/~1web~1{digest}~1{name}"}
    for path, resource in encoded.items():
        assert "get" in deployed[path]
        assert limits[resource] > 2 * len(read_page().files)


def test_the_function_may_read_its_model_and_nothing_more(resources: dict[str, Any]):
    ((condition, granted, otherwise),) = resources["ApiFunction"]["Properties"]["Policies"]
    (statement,) = granted["Statement"]
    assert (condition, otherwise) == ("ModelIsInBucket", "AWS::NoValue")
    assert (statement["Effect"], statement["Action"]) == ("Allow", "s3:GetObject")
    pattern, names = statement["Resource"]
    assert pattern == "arn:${AWS::Partition}:s3:::${BucketAndPrefix}*"
    assert names == {"BucketAndPrefix": [1, ["s3://", "ModelUri"]]}


def test_what_the_gateway_refuses_is_a_problem_document(resources: dict[str, Any]):
    for response in resources["Api"]["Properties"]["GatewayResponses"].values():
        problem = json.loads(response["ResponseTemplates"]["application/json"])
        assert problem.keys() == {"type", "title", "status", "detail", "code"}
        headers = response["ResponseParameters"]["Headers"]
        assert headers["Content-Type"] == "'application/problem+json'"
