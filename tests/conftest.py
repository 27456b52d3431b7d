"""What tests of several packages share."""

from pathlib import Path

import pytest

from asr import bundle
from asr.transcriber import Transcriber
from tests import cloud
from tests.asr import toy


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
    return toy.write_bundle(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="session")
def toy_transcriber(toy_bundle: Path) -> Transcriber:
    return Transcriber(bundle.load(str(toy_bundle)))


@pytest.fixture(scope="session")
def keyword_bundle(tmp_path_factory) -> Path:
    return toy.write_keyword_bundle(tmp_path_factory.mktemp("keyword"))


@pytest.fixture(scope="session")
def keyword_transcriber(keyword_bundle: Path) -> Transcriber:
    return Transcriber(bundle.load(str(keyword_bundle)))
