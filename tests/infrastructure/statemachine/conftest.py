"""AWS with moto's Step Functions interpreter, whose Lambda functions run in this process."""

from collections.abc import Iterator

import pytest

from tests.support import aws as cloud
from tests.support.state_machine import LambdaEndpoint


@pytest.fixture(scope="session")
def lambda_endpoint() -> Iterator[LambdaEndpoint]:
    with LambdaEndpoint() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def state_machine_server(lambda_endpoint: LambdaEndpoint) -> Iterator[str]:
    with cloud.server(lambda_url=lambda_endpoint.url) as url:
        yield url


@pytest.fixture
def aws(state_machine_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Environment in which boto3 sends its requests to the server."""
    for name, value in cloud.access(state_machine_server).items():
        monkeypatch.setenv(name, value)
