"""The SAM template, as far as it can be judged without AWS: routes, keys, rights."""

import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from batch import keys
from handlers import openapi
from handlers.api import app
from handlers.page import read_page
from jobs import names

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


def test_what_transcribes_or_knows_jobs_asks_for_a_key_and_nothing_else_does(
    deployed: dict[str, Any],
):
    for path, methods in deployed.items():
        for method, route in methods.items():
            if method == "parameters":
                continue
            asks = route.get("security") == ["KeyRequired", [{"api_key": []}], []]
            knows = path.startswith("/v1/jobs") and method == "get"
            assert asks == (method == "post" or knows)


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
        assert problem.keys() - {"jobs"} == {"type", "title", "status", "detail", "code"}
        assert ("jobs" in problem) == (problem["status"] == 413)
        headers = response["ResponseParameters"]["Headers"]
        assert headers["Content-Type"] == "'application/problem+json'"


def test_the_jobs_function_may_presign_uploads_and_read_results_and_nothing_more(
    resources: dict[str, Any],
):
    (policy,) = resources["JobsFunction"]["Properties"]["Policies"]
    granted = {
        (statement["Action"], resource)
        for statement in policy["Statement"]
        for resource in [statement["Resource"]]
        if isinstance(resource, str)
    } | {
        (statement["Action"], resource)
        for statement in policy["Statement"]
        if isinstance(statement["Resource"], list)
        for resource in statement["Resource"]
    }
    assert granted == {
        ("s3:PutObject", "${InputBucket.Arn}/jobs/*"),
        ("s3:PutObject", "${OutputBucket.Arn}/jobs/*/ticket"),
        ("s3:GetObject", "${OutputBucket.Arn}/jobs/*"),
        ("s3:GetObject", "${OutputBucket.Arn}/.leases/jobs/*"),
        ("s3:ListBucket", "InputBucket.Arn"),
        ("s3:ListBucket", "OutputBucket.Arn"),
    }


def test_jobs_keys_are_those_that_the_policy_and_the_lifecycle_speak_of(resources: dict[str, Any]):
    key = names.input_key("me", names.new_id(), "talk.mp3")
    statements = resources["JobsFunction"]["Properties"]["Policies"][0]["Statement"]
    (prefixes,) = [
        s["Condition"]["StringLike"]["s3:prefix"] for s in statements if "Condition" in s
    ]
    for listed in (key, keys.lease_key(key)):
        assert any(fnmatch(listed, prefix) for prefix in prefixes)
    assert fnmatch(names.ticket_key("me", names.new_id()), "jobs/*/ticket")
    for bucket in ("InputBucket", "OutputBucket"):
        for rule in resources[bucket]["Properties"]["LifecycleConfiguration"]["Rules"]:
            if rule["Id"] == "jobs":
                assert key.startswith(rule["Prefix"])
                assert rule["ExpirationInDays"] == "JobRetentionDays"


def test_a_page_may_upload_and_fetch_results(resources: dict[str, Any]):
    for bucket, method in (("InputBucket", "POST"), ("OutputBucket", "GET")):
        (rule,) = resources[bucket]["Properties"]["CorsConfiguration"]["CorsRules"]
        assert (rule["AllowedMethods"], rule["AllowedOrigins"]) == ([method], ["CorsOrigin"])
