"""What tests of several packages share."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from asr import bundle
from asr.transcriber import Transcriber
from jobs.settings import JobSettings
from tests.asr import toy


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


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """An S3 on this machine, for the tests of one session."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def job_settings(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> JobSettings:
    """Two new buckets, and the environment in which boto3 finds them."""
    for name, value in {
        "AWS_ENDPOINT_URL_S3": s3_endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    name = secrets.token_hex(8)
    settings = JobSettings(f"input-{name}", f"output-{name}", owner_key="of the tests")
    for bucket in (settings.input_bucket, settings.output_bucket):
        boto3.client("s3").create_bucket(Bucket=bucket)
    return settings
