import hashlib
import json

import boto3
import pytest
from moto import mock_aws

from asr import bundle
from asr.errors import ModelUnavailableError
from tests.asr import language, toy


@pytest.fixture
def directory(tmp_path):
    return toy.write_bundle(tmp_path / "bundle")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rewrite(directory, **changes):
    """Change members of a manifest in place; None removes one."""
    path = directory / "manifest.json"
    members = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({k: v for k, v in members.items() if v is not None}))


def test_a_whole_bundle_opens(directory):
    opened = bundle.load(str(directory))
    assert opened.sha256 == digest(directory / "manifest.json")
    assert opened.model == (directory / "model.pt").read_bytes()
    assert opened.manifest.alphabet == toy.ALPHABET
    assert opened.manifest.golden.audio == toy.wav("golden")
    assert opened.manifest.confidence == bundle.Confidence(scale=1.0, bias=0.0)


def test_an_altered_model_is_refused_with_both_digests(directory):
    expected = digest(directory / "model.pt")
    (directory / "model.pt").write_bytes(b"altered")
    found = digest(directory / "model.pt")
    with pytest.raises(ModelUnavailableError, match=f"model.pt has sha256 {found}.*{expected}"):
        bundle.load(str(directory))


def test_an_altered_manifest_is_refused_where_it_is_pinned(directory):
    pinned = digest(directory / "manifest.json")
    assert bundle.load(str(directory), pinned).sha256 == pinned
    rewrite(directory, name="other")
    with pytest.raises(ModelUnavailableError, match=f"manifest.json has sha256 .*{pinned}"):
        bundle.load(str(directory), pinned)


@pytest.mark.parametrize("name", ["manifest.json", "model.pt"])
def test_a_missing_file_is_named(directory, name):
    (directory / name).unlink()
    with pytest.raises(ModelUnavailableError, match=f"cannot read {name}"):
        bundle.load(str(directory))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"schema": 2}, "schema"),
        ({"kind": "vision"}, "kind"),
        ({"labels": None}, "labels"),
        ({"sample_rate": 8000}, "sample_rate"),
        ({"blank": 99}, "blank"),
        ({"model": {"file": "../model.pt", "bytes": 1, "sha256": "0" * 64}}, "file"),
        ({"golden": {"audio": "!", "transcript": ""}}, "base64"),
        ({"unheard_of": 1}, "unheard_of|properties"),
    ],
)
def test_another_schema_is_refused_by_member(directory, changes, named):
    rewrite(directory, **changes)
    with pytest.raises(ModelUnavailableError, match=f"manifest.json does not fit.*({named})"):
        bundle.load(str(directory))


def test_a_keyword_bundle_needs_no_alphabet(tmp_path):
    manifest = bundle.load(str(toy.write_keyword_bundle(tmp_path))).manifest
    assert (manifest.kind, manifest.labels) == ("keyword", toy.WORDS)


@pytest.mark.parametrize("name", sorted(toy.CTC_MEMBERS))
def test_a_ctc_bundle_needs_every_member_of_its_kind(directory, name):
    rewrite(directory, **{name: None})
    with pytest.raises(ModelUnavailableError, match=f"manifest.json does not fit.*{name}"):
        bundle.load(str(directory))


@pytest.mark.parametrize("content", [b"", b"no json", b"[]", b"\xff\xfe"])
def test_a_manifest_that_is_no_object_is_refused(directory, content):
    (directory / "manifest.json").write_bytes(content)
    with pytest.raises(ModelUnavailableError, match=r"manifest.json does not fit"):
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
def test_a_bundle_on_s3_is_the_bundle_on_disk(directory, bucket, uri):
    for path in directory.iterdir():
        bucket.upload_file(str(path), "models", f"a/b/{path.name}")
    fetched, local = bundle.load(uri), bundle.load(str(directory))
    assert (fetched.manifest, fetched.sha256) == (local.manifest, local.sha256)
    assert fetched.model == local.model


def test_a_bundle_may_lie_at_the_root_of_a_bucket(directory, bucket):
    for path in directory.iterdir():
        bucket.upload_file(str(path), "models", path.name)
    assert bundle.load("s3://models").sha256 == digest(directory / "manifest.json")


@pytest.mark.parametrize("uri", ["s3://models/none/", "s3://nowhere/a/"])
def test_a_missing_object_is_named_with_its_address(bucket, uri):
    with pytest.raises(ModelUnavailableError, match=f"cannot read manifest.json from {uri}"):
        bundle.load(uri)


def test_a_language_model_is_read_only_when_it_is_asked_for(tmp_path):
    opened = bundle.load(str(language.write_bundle(tmp_path)))
    language_model = opened.manifest.language_model
    assert language_model is not None
    assert language_model.confidence == bundle.Confidence(0.5, 0.25)
    assert opened.read(language_model) == language.content()
    (tmp_path / "language.npz").write_bytes(b"altered")
    assert bundle.load(str(tmp_path))
    with pytest.raises(ModelUnavailableError, match=r"language\.npz has sha256 .*, expected "):
        opened.read(language_model)


def test_a_bundle_without_a_language_model_has_none(directory):
    assert bundle.load(str(directory)).manifest.language_model is None


@pytest.mark.parametrize(
    "change",
    [{"file": "../language.npz"}, {"search": {"language": 1.0}}, {"other": 1}, {"sha256": "ab"}],
)
def test_a_language_model_that_is_told_of_wrongly_is_refused(tmp_path, change):
    language.write_bundle(tmp_path, **change)
    with pytest.raises(ModelUnavailableError, match="does not fit the schema"):
        bundle.load(str(tmp_path))


def test_a_classifier_of_words_has_no_language_model(tmp_path):
    toy.write_keyword_bundle(tmp_path, language_model=language.members())
    with pytest.raises(ModelUnavailableError, match="does not fit the schema"):
        bundle.load(str(tmp_path))
