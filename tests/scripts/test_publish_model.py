import uuid

import boto3
import pytest

from asr import bundle
from asr.errors import ModelUnavailableError
from scripts.aws.publish_model import publish
from tests.support import ngram_toy, toy_model


@pytest.fixture
def bucket(aws):
    name = f"published-{uuid.uuid4().hex}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


@pytest.mark.parametrize("write", [toy_model.write_bundle, ngram_toy.write_bundle])
def test_a_complete_bundle_is_published_under_its_digest(write, bucket, tmp_path):
    parameters = publish(write(tmp_path), bucket)
    opened = bundle.load(parameters["ModelUri"], parameters["ModelSha256"])
    digest = parameters["ModelSha256"]
    assert parameters["ModelUri"] == f"s3://{bucket}/toy/1/{digest[:16]}/"
    if language_model := opened.manifest.language_model:
        assert opened.read_file(language_model) == ngram_toy.content()


def test_another_bundle_of_the_same_version_does_not_replace_the_first(bucket, tmp_path):
    before = publish(toy_model.write_bundle(tmp_path / "before"), bucket)
    after = publish(ngram_toy.write_bundle(tmp_path / "after"), bucket)
    assert before["ModelSha256"] != after["ModelSha256"]
    for parameters in (before, after):
        opened = bundle.load(parameters["ModelUri"], parameters["ModelSha256"])
        assert (opened.manifest.name, opened.manifest.version) == ("toy", "1")


def test_an_altered_language_model_is_not_published(bucket, tmp_path):
    ngram_toy.write_bundle(tmp_path)
    (tmp_path / "language.npz").write_bytes(b"altered")
    with pytest.raises(ModelUnavailableError, match=r"language\.npz has sha256"):
        publish(tmp_path, bucket)
    assert boto3.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0
