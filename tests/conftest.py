"""What tests of several packages share."""

from pathlib import Path
from typing import Any

import hypothesis
import pytest

from asr import bundle
from asr.transcriber import Transcriber
from jobs.settings import JobSettings
from tests.support import aws as cloud
from tests.support import ngram_toy, sam_template, toy_model

# Speed is measured in benchmarks: a busy machine fails no test.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


@pytest.fixture(scope="session")
def aws_server():
    with cloud.server() as url:
        yield url


@pytest.fixture
def aws(aws_server, monkeypatch) -> None:
    """S3 and SQS, to which boto3 talks as the environment says."""
    for name, value in cloud.access(aws_server).items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def toy_bundle(tmp_path_factory) -> Path:
    return toy_model.write_bundle(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="session")
def toy_transcriber(toy_bundle: Path) -> Transcriber:
    return Transcriber(bundle.load(str(toy_bundle)))


@pytest.fixture(scope="session")
def ngram_bundle(tmp_path_factory) -> Path:
    """The toy's bundle with a language model."""
    return ngram_toy.write_bundle(tmp_path_factory.mktemp("ngram"))


@pytest.fixture(scope="session")
def ngram_transcriber(ngram_bundle: Path) -> Transcriber:
    return Transcriber(bundle.load(str(ngram_bundle)))


@pytest.fixture(scope="session")
def written_bundle(tmp_path_factory) -> Path:
    """A bundle of the toy model that writes case and marks, with a language model."""
    return ngram_toy.write_written_bundle(tmp_path_factory.mktemp("written"))


@pytest.fixture(scope="session")
def written_transcriber(written_bundle: Path) -> Transcriber:
    return Transcriber(bundle.load(str(written_bundle)))


@pytest.fixture(scope="session")
def keyword_bundle(tmp_path_factory) -> Path:
    return toy_model.write_keyword_bundle(tmp_path_factory.mktemp("keyword"))


@pytest.fixture(scope="session")
def keyword_transcriber(keyword_bundle: Path) -> Transcriber:
    return Transcriber(bundle.load(str(keyword_bundle)))


@pytest.fixture
def job_settings(aws: None) -> JobSettings:
    """Two new buckets."""
    return cloud.job_settings()


@pytest.fixture
def template() -> dict[str, Any]:
    return sam_template.read()


@pytest.fixture
def resources(template: dict[str, Any]) -> dict[str, Any]:
    """Those of the template."""
    found: dict[str, Any] = template["Resources"]
    return found
