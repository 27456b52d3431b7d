"""LocalStack in a separate process; it verifies presigned requests, which moto does not."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import aws
from tests.support.interfaces import ROOT, free_port, wait_for

NO_PYTHON = 3  # exit status of the script if there is no Python for LocalStack


@contextmanager
def localstack(log: Path, address: str = "127.0.0.1") -> Iterator[dict[str, str]]:
    """Start LocalStack; yields the environment for boto3. Skips the test if it cannot run."""
    script = ROOT / "scripts" / "dev" / "localstack"
    installed = subprocess.run([script, "--install"], capture_output=True, text=True, check=False)
    if installed.returncode == NO_PYTHON:
        pytest.skip(installed.stderr.strip())
    assert installed.returncode == 0, installed.stderr
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [script, str(port), address], stdout=output, stderr=subprocess.STDOUT
        )

    def ready() -> bool:
        assert process.poll() is None, log.read_text()
        return log.exists() and "Ready." in log.read_text()

    try:
        wait_for(ready, log)
        yield aws.access(f"http://{address}:{port}")
    finally:
        process.terminate()
        process.wait(timeout=60)
