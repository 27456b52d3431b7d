import uuid

import boto3
import pytest

from asr.errors import ModelUnavailableError
from scripts.aws import model_memory
from scripts.aws.model_memory import MEMORY, main, template_defaults, with_memory
from scripts.aws.publish_model import publish
from tests.support import sam_template, toy_model

DEFAULTS = {"MemorySize": 3008, "BatchMemorySize": 3008}


def test_a_model_that_fits_changes_no_parameter():
    assert with_memory({"Decoder": "beam"}, DEFAULTS, 1500) == {"Decoder": "beam"}
    assert with_memory({"Decoder": "beam"}, DEFAULTS, None) == {"Decoder": "beam"}


def test_functions_with_less_memory_than_the_model_needs_get_more():
    current = DEFAULTS | {"BatchMemorySize": 8000}
    assert with_memory({}, current, 4096) == {"MemorySize": "4096"}


def test_a_given_memory_is_kept_if_it_is_enough():
    given = {"MemorySize": "6000", "BatchMemorySize": "5000"}
    assert with_memory(given, DEFAULTS, 4096) == given


def test_a_given_memory_that_is_too_small_is_refused():
    with pytest.raises(ModelUnavailableError, match="MemorySize=2048 is less than the 4,096 MiB"):
        with_memory({"MemorySize": "2048"}, DEFAULTS, 4096)


def test_a_model_that_fits_into_no_function_is_refused():
    with pytest.raises(ModelUnavailableError, match=r"needs 10,304 MiB .* at most 10,240"):
        with_memory({}, DEFAULTS, 10_304)


def test_the_defaults_are_those_of_the_template():
    parameters = sam_template.read()["Parameters"]
    assert template_defaults() == {name: parameters[name]["Default"] for name in MEMORY}


@pytest.fixture
def published(aws, tmp_path):
    bucket = f"published-{uuid.uuid4().hex}"
    boto3.client("s3").create_bucket(Bucket=bucket)
    return publish(toy_model.write_bundle(tmp_path, memory_mb=4096), bucket)


def test_the_need_is_read_from_the_published_manifest(published, monkeypatch):
    monkeypatch.setattr(model_memory, "stack_memory", lambda _: DEFAULTS)
    given = [f"{name}={value}" for name, value in published.items()]
    expected = published | {"MemorySize": "4096", "BatchMemorySize": "4096"}
    assert main("stack", given) == expected


def test_a_bundle_that_is_missing_is_named(aws, monkeypatch):
    monkeypatch.setattr(model_memory, "stack_memory", lambda _: DEFAULTS)
    with pytest.raises(ModelUnavailableError, match="cannot read s3://no-such-bucket/a/manifest"):
        main("stack", ["ModelUri=s3://no-such-bucket/a/"])


def test_without_a_bundle_of_its_own_nothing_is_asked():
    assert main("stack", ["Decoder=beam"]) == {"Decoder": "beam"}
    assert main("stack", []) == {}


def test_memory_of_a_stack_comes_from_its_parameters(monkeypatch):
    class CloudFormation:
        def describe_stacks(self, **_):
            parameters = [
                {"ParameterKey": "MemorySize", "ParameterValue": "5000"},
                {"ParameterKey": "Decoder", "ParameterValue": "beam"},
            ]
            return {"Stacks": [{"Parameters": parameters}]}

    monkeypatch.setattr(boto3, "client", lambda _: CloudFormation())
    assert model_memory.stack_memory("stack") == DEFAULTS | {"MemorySize": 5000}
