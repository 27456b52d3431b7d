"""Fixtures of the end-to-end tests: clips, a bucket with a model, the interfaces.

`make e2e` builds the image and runs the tests in it. Without a container engine the same handler
runs in the runtime interface emulator, as a local process; pytest's header names the mode.
"""

import base64
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import av
import boto3
import pytest

from scripts.aws.publish_model import publish
from tests.support import aws, interfaces
from tests.support.interfaces import (
    LATENCIES,
    ROOT,
    Document,
    Environment,
    Gateway,
)

BUNDLE = ROOT / "model_artifacts" / "default"


def pytest_report_header() -> str:
    if interfaces.has_image():
        return f"e2e: in the image {interfaces.IMAGE}"
    return "e2e: no container engine with the image; emulating the runtime on this machine"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if LATENCIES:
        terminalreporter.section("latencies")
    for name, seconds in LATENCIES.items():
        figures = " ".join(f"{value:.2f}" for value in seconds)
        terminalreporter.write_line(f"{name}: {figures} s")


@pytest.fixture(scope="session")
def in_image() -> bool:
    return interfaces.has_image()


@pytest.fixture(scope="session")
def hello() -> Path:
    return ROOT / "samples" / "hello.flac"


@pytest.fixture(scope="session")
def recording(hello: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clip as recorded by a browser's MediaRecorder: Opus at 48 kHz in WebM."""
    path = tmp_path_factory.mktemp("clips") / "hello.webm"
    with av.open(str(hello)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream("libopus", rate=48000, layout="mono")
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def command_line() -> Callable[[Path], Document]:
    return cache(interfaces.command_line)


@pytest.fixture(scope="session")
def bucket(in_image: bool) -> Iterator[Environment]:
    """Environment of a function whose model is the embedded one, published to a bucket."""
    address = interfaces.BRIDGE if in_image else "127.0.0.1"
    with aws.server(address) as url, pytest.MonkeyPatch.context() as patch:
        access = aws.access(url)
        for name, value in access.items():
            patch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket="models")
        parameters = publish(BUNDLE, "models")
        patch.undo()
        yield access | {
            "MODEL_URI": parameters["ModelUri"],
            "MODEL_SHA256": parameters["ModelSha256"],
        }


@pytest.fixture
def invoke(in_image: bool, tmp_path: Path) -> Callable[..., Document]:
    """`invoke(audio, **environment)`: a plain invocation with a cold start."""

    def call(audio: bytes, **environment: str) -> Document:
        event = {"audio": base64.b64encode(audio).decode()}
        started = time.perf_counter()
        if in_image:
            response = interfaces.sam_invoke(event, environment, tmp_path)
        else:
            with interfaces.emulator(environment, tmp_path / "log", in_image=False) as emulated:
                response = emulated(event)
        LATENCIES.setdefault("plain invocation, cold", []).append(time.perf_counter() - started)
        return response

    return call


@pytest.fixture(scope="session")
def gateway(in_image: bool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    log = tmp_path_factory.mktemp("gateway") / "log"
    if in_image:
        with interfaces.sam_start_api(log) as send:
            yield send
    else:
        with interfaces.emulator({}, log, in_image=False) as emulated:
            yield interfaces.emulated_gateway(emulated)
