import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers import api, local
from handlers.http import openai, transcription
from handlers.http.jobs import add_job_routes
from tests.support import aws

# Answers to schemathesis by operation and status, printed after the tests.
ANSWERS: Counter[tuple[str, int]] = Counter()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if ANSWERS:
        terminalreporter.section(f"schemathesis: {ANSWERS.total()} requests")
    for (operation, status), count in sorted(ANSWERS.items()):
        terminalreporter.write_line(f"{operation}: {status} {count} times")


@pytest.fixture(autouse=True)
def toy_model(toy_bundle, monkeypatch):
    """Handlers serve the toy, whatever settings they were made with."""
    toy = Settings(model_uri=str(toy_bundle))
    for door in (api, openai, transcription):
        monkeypatch.setattr(door, "warm_transcriber", lambda _: warm_transcriber(toy))


@pytest.fixture(scope="session")
def server(aws_server: str) -> Iterator[str]:
    """The local server, with jobs, on a port of its own; gives the base of its addresses."""
    app = local.LocalServer(enable_validation=True)
    transcription.add_routes(app, Settings.from_environment())
    with pytest.MonkeyPatch.context() as environment:
        for name, value in aws.access(aws_server).items():
            environment.setenv(name, value)
        add_job_routes(app, aws.job_settings())
    served = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=served.run)
    thread.start()
    while not served.started:
        time.sleep(0.01)
    (listener,) = served.servers[0].sockets
    yield "http://{}:{}".format(*listener.getsockname())
    served.should_exit = True
    thread.join()
