"""AWS on this machine: moto's server in a process, and settings for boto3."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

from jobs.settings import JobSettings

ROOT = Path(__file__).parents[2]
SECRET_KEY = "test"


@contextmanager
def server(address: str = "127.0.0.1", lambda_url: str | None = None) -> Iterator[str]:
    """Start a server without any resources; yields its URL.

    Parameters
    ----------
    address : str
        Network address to listen on.
    lambda_url : str or None
        Endpoint of Lambda functions; if given, the server runs state machines.
    """
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.moto_server"]
    command += ["--address", address]
    if lambda_url is not None:
        command += ["--lambda-url", lambda_url]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, "moto's server did not start; see its standard error"
        try:
            yield url
        finally:
            process.stdin.close()


def access(url: str) -> dict[str, str]:
    """Environment variables with which boto3 sends its requests to `url`.

    The credentials are those that LocalStack verifies, for all servers, because boto3's session
    keeps the first ones that it finds for the whole process.
    """
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def job_settings() -> JobSettings:
    """Create two buckets with unique names; returns settings of jobs with them."""
    name = secrets.token_hex(8)
    settings = JobSettings(f"input-{name}", f"output-{name}", owner_key="test")
    for bucket in (settings.input_bucket, settings.output_bucket):
        boto3.client("s3").create_bucket(Bucket=bucket)
    return settings
