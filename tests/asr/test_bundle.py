import hashlib

import boto3
import pytest
from moto import mock_aws
from s3transfer.exceptions import RetriesExceededError

from asr import bundle
from asr.errors import ModelUnavailableError
from asr.manifest import Confidence
from tests.support import ngram_toy, toy_model


@pytest.fixture
def directory(tmp_path):
    return toy_model.write_bundle(tmp_path / "bundle")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_valid_bundle_is_loaded(directory):
    opened = bundle.load(str(directory))
    assert opened.sha256 == digest(directory / "manifest.json")
    assert opened.model.sha256() == digest(directory / "model.pt")
    assert opened.manifest.alphabet == toy_model.ALPHABET
    assert opened.manifest.golden.audio == toy_model.text_wav("golden")
    assert opened.manifest.confidence == Confidence(scale=1.0, bias=0.0)


def test_an_altered_model_is_rejected_with_both_digests(directory):
    expected = digest(directory / "model.pt")
    (directory / "model.pt").write_bytes(b"altered")
    found = digest(directory / "model.pt")
    with pytest.raises(ModelUnavailableError, match=f"model.pt has sha256 {found}.*{expected}"):
        bundle.load(str(directory))


def test_an_altered_manifest_is_rejected_if_its_digest_is_pinned(directory):
    pinned = digest(directory / "manifest.json")
    assert bundle.load(str(directory), pinned).sha256 == pinned
    toy_model.change_manifest(directory, name="other")
    with pytest.raises(ModelUnavailableError, match=f"manifest.json has sha256 .*{pinned}"):
        bundle.load(str(directory), pinned)


@pytest.mark.parametrize("name", ["manifest.json", "model.pt"])
def test_a_missing_file_is_named(directory, name):
    (directory / name).unlink()
    with pytest.raises(ModelUnavailableError, match=f"cannot read {name}"):
        bundle.load(str(directory))


@pytest.fixture
def bucket(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="models")
        yield client


@pytest.mark.parametrize("uri", ["s3://models/a/b/", "s3://models/a/b"])
def test_a_bundle_on_s3_equals_the_bundle_on_disk(directory, bucket, uri):
    for path in directory.iterdir():
        bucket.upload_file(str(path), "models", f"a/b/{path.name}")
    fetched, local = bundle.load(uri), bundle.load(str(directory))
    assert (fetched.manifest, fetched.sha256) == (local.manifest, local.sha256)
    assert fetched.model.sha256() == local.model.sha256()


def test_a_bundle_may_be_at_the_root_of_a_bucket(directory, bucket):
    for path in directory.iterdir():
        bucket.upload_file(str(path), "models", path.name)
    assert bundle.load("s3://models").sha256 == digest(directory / "manifest.json")


@pytest.mark.parametrize("uri", ["s3://models/none/", "s3://nowhere/a/"])
def test_a_missing_object_is_named_with_its_uri(bucket, uri):
    with pytest.raises(ModelUnavailableError, match=f"cannot read manifest.json from {uri}"):
        bundle.load(uri)


def test_a_download_that_keeps_failing_makes_the_model_unavailable(directory, bucket, monkeypatch):
    def broken(*_):
        raise RetriesExceededError(TimeoutError("the body breaks off"))

    monkeypatch.setattr(bucket, "download_fileobj", broken)
    monkeypatch.setattr(boto3, "client", lambda _: bucket)
    with pytest.raises(ModelUnavailableError, match=r"cannot read manifest\.json"):
        bundle.load("s3://models/a/")


def test_the_language_model_is_read_at_its_first_use(tmp_path):
    opened = bundle.load(str(ngram_toy.write_bundle(tmp_path)))
    language_model = opened.manifest.language_model
    assert language_model is not None
    assert language_model.confidence == Confidence(0.5, 0.25)
    assert opened.read_file(language_model) == ngram_toy.content()
    (tmp_path / "language.npz").write_bytes(b"altered")
    assert bundle.load(str(tmp_path))
    with pytest.raises(ModelUnavailableError, match=r"language\.npz has sha256 .*, expected "):
        opened.read_file(language_model)
