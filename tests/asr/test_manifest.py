import pytest

from asr import manifest
from asr.errors import ModelUnavailableError
from scripts.generate import make_manifest_validator
from tests.support import ngram_toy, toy_model


@pytest.fixture
def directory(tmp_path):
    return toy_model.write_bundle(tmp_path / "bundle")


def read(directory) -> manifest.Manifest:
    return manifest.parse((directory / manifest.MANIFEST).read_bytes())


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"schema": None}, "schema"),
        ({"kind": "vision"}, "kind"),
        ({"labels": None}, "labels"),
        ({"sample_rate": 8000}, "sample_rate"),
        ({"blank": 99}, "blank"),
        ({"language": "English"}, "language"),
        ({"model": {"file": "../model.pt", "bytes": 1, "sha256": "0" * 64}}, "file"),
        ({"golden": {"audio": "!", "transcript": ""}}, "base64"),
        ({"undefined": 1}, "undefined|properties"),
    ],
)
def test_a_member_that_does_not_fit_the_schema_is_named(directory, changes, named):
    toy_model.change_manifest(directory, **changes)
    with pytest.raises(ModelUnavailableError, match=f"manifest.json does not fit.*({named})"):
        read(directory)


@pytest.mark.parametrize("version", [1, 3])
def test_another_schema_version_is_rejected_with_the_remedy(directory, version):
    toy_model.change_manifest(directory, schema=version)
    with pytest.raises(
        ModelUnavailableError,
        match=f"schema version {version}, expected 2: export the bundle again",
    ):
        read(directory)


def test_the_validator_is_up_to_date_with_the_schema():
    current = make_manifest_validator.VALIDATOR.read_text(encoding="utf-8")
    script = "python scripts/generate/make_manifest_validator.py"
    assert current == make_manifest_validator.source(), f"run {script}"


def test_a_keyword_bundle_needs_no_alphabet(tmp_path):
    manifest = read(toy_model.write_keyword_bundle(tmp_path))
    assert (manifest.kind, manifest.labels) == ("keyword", toy_model.WORDS)


@pytest.mark.parametrize("name", sorted(toy_model.CTC_MEMBERS))
def test_a_ctc_bundle_needs_every_member_of_its_kind(directory, name):
    toy_model.change_manifest(directory, **{name: None})
    with pytest.raises(ModelUnavailableError, match=f"manifest.json does not fit.*{name}"):
        read(directory)


@pytest.mark.parametrize(
    "write", [toy_model.write_bundle, toy_model.write_keyword_bundle, ngram_toy.write_bundle]
)
def test_a_manifest_is_unchanged_by_serialising_and_parsing_it(tmp_path, write):
    once = read(write(tmp_path))
    assert manifest.parse(once.to_json()) == once


@pytest.mark.parametrize("content", [b"", b"no json", b"[]", b"\xff\xfe"])
def test_a_manifest_that_is_not_an_object_is_rejected(directory, content):
    (directory / "manifest.json").write_bytes(content)
    with pytest.raises(ModelUnavailableError, match=r"manifest.json does not fit"):
        read(directory)


def test_a_bundle_without_a_language_model_has_none(directory):
    assert read(directory).language_model is None


@pytest.mark.parametrize(
    "change",
    [
        {"file": "../language.npz"},
        {"beam_search": {"lm_weight": 1.0}},
        {"other": 1},
        {"sha256": "ab"},
    ],
)
def test_a_language_model_that_does_not_fit_the_schema_is_rejected(tmp_path, change):
    ngram_toy.write_bundle(tmp_path, **change)
    with pytest.raises(ModelUnavailableError, match="does not fit the schema"):
        read(tmp_path)


def test_a_keyword_bundle_with_a_language_model_is_rejected(tmp_path):
    toy_model.write_keyword_bundle(tmp_path, language_model=ngram_toy.members())
    with pytest.raises(ModelUnavailableError, match="does not fit the schema"):
        read(tmp_path)
