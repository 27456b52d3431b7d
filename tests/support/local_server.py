"""The local server with jobs, on a socket."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn

from asr.settings import Settings
from handlers.http.jobs import add_job_routes
from handlers.http.routes import add_api_routes
from handlers.local import LocalResolver
from tests.support import aws


@contextmanager
def local_server(settings: Settings, aws_url: str) -> Iterator[str]:
    """Serve all routes but the page, with jobs at a server of moto; yields the base URL."""
    app = LocalResolver(enable_validation=True)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in aws.access(aws_url).items():
            environment.setenv(name, value)
        jobs = aws.job_settings()
        add_api_routes(app, settings, jobs)
        add_job_routes(app, jobs)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    (listener,) = server.servers[0].sockets
    yield "http://{}:{}".format(*listener.getsockname())
    server.should_exit = True
    thread.join()
