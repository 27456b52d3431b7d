"""SAM template: routes, API keys, permissions, queue, alarms."""

import json
from dataclasses import replace
from typing import Any

import httpx2
import openai
import pytest

from asr.settings import Settings
from batch import object_keys
from handlers.api import app
from handlers.http.openapi import document
from handlers.http.page import load_page
from jobs.settings import JobSettings
from tests.support.sam_template import bulk_bucket


@pytest.fixture
def deployed(resources: dict[str, Any]) -> dict[str, Any]:
    paths: dict[str, Any] = resources["Api"]["Properties"]["DefinitionBody"]["paths"]
    return paths


def test_every_documented_route_is_deployed(deployed: dict[str, Any]):
    described = json.loads(document.generate(app))["paths"]
    assert described
    for path, methods in described.items():
        assert methods.keys() <= deployed[path].keys()


def test_only_transcription_and_job_routes_require_a_key(
    deployed: dict[str, Any],
):
    for path, methods in deployed.items():
        for method, route in methods.items():
            if method == "parameters":
                continue
            requires_key = route.get("security") == ["KeyRequired", [{"api_key": []}], []]
            reads_job = path.startswith("/v1/jobs") and method == "get"
            assert requires_key == (method == "post" or reads_job)


def test_the_web_page_has_its_own_rate_limits(resources: dict[str, Any], deployed: dict[str, Any]):
    limits = {
        setting["ResourcePath"]: setting["ThrottlingBurstLimit"]
        for setting in resources["Api"]["Properties"]["MethodSettings"]
    }
    encoded = {"/": "/", "/web/{digest}/{name}": "/~1web~1{digest}~1{name}"}
    for path, resource in encoded.items():
        assert "get" in deployed[path]
        assert limits[resource] > 2 * len(load_page().files)


def test_the_api_function_may_only_read_its_model(resources: dict[str, Any]):
    ((condition, granted, otherwise),) = resources["ApiFunction"]["Properties"]["Policies"]
    (statement,) = granted["Statement"]
    assert (condition, otherwise) == ("HasModelUri", "AWS::NoValue")
    assert (statement["Effect"], statement["Action"]) == ("Allow", "s3:GetObject")
    pattern, names = statement["Resource"]
    assert pattern == "arn:${AWS::Partition}:s3:::${BucketAndPrefix}*"
    assert names == {"BucketAndPrefix": [1, ["s3://", "ModelUri"]]}


def test_errors_of_the_gateway_are_problem_documents(resources: dict[str, Any]):
    for response in resources["Api"]["Properties"]["GatewayResponses"].values():
        problem = json.loads(response["ResponseTemplates"]["application/json"])
        assert problem.keys() - {"jobs"} == {"type", "title", "status", "detail", "code"}
        assert ("jobs" in problem) == (problem["status"] == 413)
        headers = response["ResponseParameters"]["Headers"]
        assert headers["Content-Type"] == "'application/problem+json'"


def test_the_visibility_timeout_is_six_times_the_function_timeout(template):
    timeout = template["Parameters"]["BatchTimeout"]["MaxValue"]
    queue = template["Resources"]["BatchQueue"]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * timeout


def test_a_message_that_fails_three_times_becomes_a_dead_letter_with_an_alarm(resources):
    redrive = resources["BatchQueue"]["Properties"]["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": "BatchDeadLetters.Arn", "maxReceiveCount": 3}
    alarm = resources["DeadLettersAlarm"]["Properties"]
    assert alarm["Dimensions"][0]["Value"] == "BatchDeadLetters.QueueName"
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")


def test_failed_messages_are_reported_and_batches_have_one_message(resources):
    mapping = resources["BatchMessages"]["Properties"]
    assert mapping["EventSourceArn"] == "BatchQueue.Arn"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 1
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": "BatchMaximumConcurrency"}


def test_created_objects_of_the_input_bucket_are_sent_to_the_queue(resources):
    (queue,) = resources["InputBucket"]["Properties"]["NotificationConfiguration"][
        "QueueConfigurations"
    ]
    assert queue == {"Event": "s3:ObjectCreated:*", "Queue": "BatchQueue.Arn"}


def test_the_batch_function_has_the_minimal_permissions(resources):
    _, own = resources["BatchFunction"]["Properties"]["Policies"]
    granted = {
        statement["Sid"]: (statement["Action"], statement["Resource"])
        for statement in own["Statement"]
    }
    assert granted == {
        "ListBuckets": (
            "s3:ListBucket",
            ["InputBucket.Arn", "OutputBucket.Arn", bulk_bucket("")],
        ),
        "ReadAudio": ("s3:GetObject", ["${InputBucket.Arn}/*", bulk_bucket("/*")]),
        "ReplaceOutputs": (
            ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "${OutputBucket.Arn}/*",
        ),
        "ReceiveMessages": (
            [
                "sqs:ReceiveMessage",
                "sqs:DeleteMessage",
                "sqs:ChangeMessageVisibility",
                "sqs:GetQueueAttributes",
            ],
            "BatchQueue.Arn",
        ),
    }


def test_every_variable_of_the_functions_is_read_by_the_settings(resources):
    for name in ("ApiFunction", "BatchFunction"):
        variables = resources[name]["Properties"]["Environment"]["Variables"]
        ours = {v for v in variables if not v.startswith("POWERTOOLS_")} - {"CORS_ORIGIN"}
        ours -= {"INPUT_BUCKET", "JOB_MAX_BYTES"}  # of JobSettings
        default = Settings.from_environment({})
        for variable in ours:
            value = {"DECODER": "beam", "PUNCTUATE": "false"}.get(
                variable, "7" if variable.endswith("SECONDS") else "true"
            )
            assert Settings.from_environment({variable: value}) != default, variable


def test_the_api_function_knows_what_a_job_would_take(resources):
    def limits(name):
        variables = resources[name]["Properties"]["Environment"]["Variables"]
        return JobSettings.from_environment(variables | {"JOB_MAX_BYTES": "7"})

    assert limits("ApiFunction") == replace(limits("JobsFunction"), owner_key="")


def test_all_functions_share_one_image(resources):
    functions = {"api": "ApiFunction", "batch": "BatchFunction", "jobs": "JobsFunction"}
    for handler, name in functions.items():
        assert resources[name]["Metadata"] == resources["ApiFunction"]["Metadata"]
        command = resources[name]["Properties"]["ImageConfig"]["Command"]
        assert command == [f"handlers.{handler}.handler"]


def test_leases_of_killed_functions_expire(resources):
    rules = resources["OutputBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (rule,) = [rule for rule in rules if rule.get("Prefix") == object_keys.LEASES]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 1)


def test_nothing_is_deleted_by_default(template):
    for name in ("InputRetentionDays", "OutputRetentionDays"):
        assert template["Parameters"][name]["Default"] == 0


def test_every_bucket_is_private_encrypted_and_kept(resources):
    buckets = [found for found in resources.values() if found["Type"] == "AWS::S3::Bucket"]
    assert len(buckets) == 3
    for bucket in buckets:
        assert all(bucket["Properties"]["PublicAccessBlockConfiguration"].values())
        assert "BucketEncryption" in bucket["Properties"]
        assert bucket["DeletionPolicy"] == "Retain"


def test_the_dashboard_is_json(resources):
    body = resources["Dashboard"]["Properties"]["DashboardBody"]
    assert len(json.loads(body)["widgets"]) == 4


def test_every_parameter_is_in_a_group(template):
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    listed = [name for group in groups for name in group["Parameters"]]
    assert sorted(listed) == sorted(template["Parameters"])


@pytest.mark.parametrize(
    ("gateway_response", "status", "raised"),
    [
        ("INVALID_API_KEY", 403, openai.PermissionDeniedError),
        ("THROTTLED", 429, openai.RateLimitError),
        ("QUOTA_EXCEEDED", 429, openai.RateLimitError),
        ("INTEGRATION_TIMEOUT", 504, openai.InternalServerError),
    ],
)
def test_the_openai_client_parses_errors_of_the_gateway(
    resources: dict[str, Any],
    gateway_response: str,
    status: int,
    raised: type[openai.APIStatusError],
):
    response = resources["Api"]["Properties"]["GatewayResponses"][gateway_response]
    problem = json.loads(response["ResponseTemplates"]["application/json"])

    def respond(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, json=problem)

    gateway = httpx2.Client(transport=httpx2.MockTransport(respond))
    client = openai.OpenAI(api_key="unused", http_client=gateway, max_retries=0)
    with pytest.raises(raised) as error:
        client.models.list()
    assert (error.value.code, error.value.body) == (problem["code"], problem)
