"""S3 and SQS on this machine: moto's server, in a thread."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from jobs.settings import JobSettings

SECRET_KEY = "test"


class _OneAtATime:
    """Makes of moto's conditional writes, which look first and write then, atomic ones."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        with self._lock:
            return list(self._application(environ, start))


@contextmanager
def server() -> Iterator[str]:
    """The address of a server that starts empty."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    application = _OneAtATime(DomainDispatcherApplication(create_backend_app))
    served = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()


def access(url: str) -> dict[str, str]:
    """The environment in which boto3 talks to a server at `url`.

    All have the same credentials, those that LocalStack checks: boto3's session keeps the first
    that it finds for the whole process.
    """
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def job_settings() -> JobSettings:
    """Those of jobs in two new buckets, where boto3 talks to the server."""
    name = secrets.token_hex(8)
    settings = JobSettings(f"input-{name}", f"output-{name}", owner_key="of the tests")
    for bucket in (settings.input_bucket, settings.output_bucket):
        boto3.client("s3").create_bucket(Bucket=bucket)
    return settings
