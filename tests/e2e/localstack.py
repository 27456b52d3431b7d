"""LocalStack, which unlike moto checks what was presigned; in a process of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.doors import ROOT, free_port, wait_for

NO_PYTHON = 3  # the exit status of the script where LocalStack has no Python to run on


@contextmanager
def localstack(log: Path) -> Iterator[dict[str, str]]:
    """The environment in which boto3 talks to it; skips the test where it cannot run."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [ROOT / "scripts" / "localstack", str(port)], stdout=output, stderr=subprocess.STDOUT
        )

    def ready() -> bool:
        if process.poll() == NO_PYTHON:
            pytest.skip(log.read_text().strip())
        assert process.poll() is None, log.read_text()
        return log.exists() and "Ready." in log.read_text()

    try:
        wait_for(ready, log)
        yield {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    finally:
        process.terminate()
        process.wait(timeout=60)
