"""A cloud that serves several requests at once, since the function asks it while it is asked."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from tests.support import aws as cloud


@pytest.fixture(scope="session")
def busy_server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    config = {"stepfunctions": {"execute_state_machine": True}}
    requests.post(f"{url}/moto-api/config", json=config, timeout=30).raise_for_status()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.access(url).items():
            patch.setenv(name, value)
        # One after the other: Python 3.11 fails where routes are first compiled in two threads.
        boto3.client("s3").list_buckets()
        boto3.client("lambda").list_functions()
        boto3.client("stepfunctions").list_state_machines()
    yield url
    server.stop()


@pytest.fixture
def aws(busy_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of AWS, to which boto3 talks as the environment says, and moto's interpreter as well."""
    monkeypatch.setenv("MOTO_PORT", str(urlsplit(busy_server).port))
    for name, value in cloud.access(busy_server).items():
        monkeypatch.setenv(name, value)
