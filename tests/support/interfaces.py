"""Interfaces of the recogniser for end-to-end tests: Lambda, HTTP and command line.

With a container engine, the image is run by `sam local invoke`, `sam local start-api`, and Lambda's
runtime interface emulator as an unprivileged user on a read-only file system. Without one, the
emulator, which is part of the SAM CLI, runs the same handler as a local process.
"""

import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from scripts.generate.make_events import proxy_event
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
SAM = str(ROOT / "scripts" / "dev" / "sam")
BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
IMAGE = "serverless-asr:latest"
EMULATOR_LOG = ["--log-level", "info"]
RUNTIME = ["-m", "awslambdaric"]
BRIDGE = "172.17.0.1"  # address of this machine in Docker's containers
START_SECONDS = 60.0
# Seconds by operation, printed after the tests.
LATENCIES: dict[str, list[float]] = {}

Document = dict[str, Any]
Environment = Mapping[str, str]
Invoke = Callable[[Document], Document]


@dataclass(frozen=True)
class HttpResponse:
    """Response as received by an HTTP client."""

    status: int
    media_type: str
    body: bytes

    def json(self) -> Document:
        document: Document = json.loads(self.body)
        return document


# method, path, body, content type -> response
Send = Callable[[str, str, bytes | None, str | None], HttpResponse]


@dataclass(frozen=True)
class Gateway:
    """HTTP API, and its address if it is served at one."""

    send: Send
    address: str | None = None

    def __call__(
        self, method: str, path: str, body: bytes | None, content_type: str | None
    ) -> HttpResponse:
        return self.send(method, path, body, content_type)


def transcript_fields(response: Document) -> Document:
    """Fields of a transcript that must not depend on the interface."""
    return {name: response[name] for name in ("transcript", "confidence", "words", "duration")}


def has_image() -> bool:
    """Whether `make image` has built the image and a container engine can run it."""
    if shutil.which("docker") is None or not BUILT.exists():
        return False
    inspect = ["docker", "image", "inspect", IMAGE]
    return subprocess.run(inspect, capture_output=True, check=False).returncode == 0


def command_line(clip: Path) -> Document:
    """Run `python -m asr CLIP --format json` with the embedded model."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "asr", str(clip), "--format", "json"],
        cwd=ROOT / "lambda",
        env=os.environ | {"MODEL_URI": "", "MODEL_SHA256": ""},
        capture_output=True,
        check=True,
    )
    document: Document = json.loads(run.stdout)
    return document


def sam_invoke(event: Document, environment: Environment, scratch: Path) -> Document:
    """Run `sam local invoke`, each time in a new container, hence with a cold start."""
    template = _template(environment, scratch)
    run = subprocess.run(
        [SAM, "local", "invoke", "ApiFunction", "--event", "-", "--template", template],
        cwd=ROOT,
        input=json.dumps(event).encode(),
        capture_output=True,
        check=True,
    )
    # The exit status is 0 even if the handler failed; the payload has the error.
    document: Document = json.loads(run.stdout)
    return document


def _template(environment: Environment, scratch: Path, function: str = "ApiFunction") -> str:
    """Built template with more environment variables: SAM passes only those that it declares."""
    template = yaml.safe_load(BUILT.read_text())
    properties = template["Resources"][function]["Properties"]
    properties["Environment"]["Variables"].update(environment)
    path = scratch / "template.json"
    path.write_text(json.dumps(template))
    return str(path)


@contextmanager
def sam_start_api(log: Path) -> Iterator[Gateway]:
    """Run `sam local start-api`, with warm containers."""
    port = free_port()
    # No --template: samconfig.toml beside the default one configures warm containers.
    command = [SAM, "local", "start-api", "--port", str(port)]
    with running(command, log, cwd=ROOT):
        base = f"http://127.0.0.1:{port}"
        wait_for(lambda: "Running on" in log.read_text(), log)

        def send(
            method: str, path: str, body: bytes | None, content_type: str | None
        ) -> HttpResponse:
            headers = {"Content-Type": content_type} if content_type else {}
            response = requests.request(method, base + path, data=body, headers=headers, timeout=60)
            media_type = response.headers.get("Content-Type", "")
            return HttpResponse(response.status_code, media_type, response.content)

        yield Gateway(send, base)


@contextmanager
def sam_start_lambda(function: str, environment: Environment, scratch: Path) -> Iterator[Invoke]:
    """Run `sam local start-lambda`, with a warm container for one function."""
    port = free_port()
    template = _template(environment, scratch, function)
    command = [SAM, "local", "start-lambda", function, "--port", str(port)]
    command += ["--template", template, "--skip-pull-image", "--warm-containers", "LAZY"]
    log = scratch / "start-lambda.log"
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/{function}/invocations"

    def invoke(event: Document) -> Document:
        document: Document = requests.post(url, data=json.dumps(event), timeout=120).json()
        return document

    with running(command, log, cwd=ROOT):
        wait_for(lambda: "Running on" in log.read_text(), log)
        yield invoke


@contextmanager
def emulator(
    environment: Environment, log: Path, in_image: bool, handler: str = "handlers.api.handler"
) -> Iterator[Invoke]:
    """Run a handler in the runtime interface emulator, in the image or on this machine."""
    port = free_port()
    if in_image:
        variables = [part for item in environment.items() for part in ("-e", "=".join(item))]
        command = ["docker", "run", "--rm", "--read-only", "--tmpfs", "/tmp", "--user", "993:990"]
        command += ["--volume", f"{_emulator_binary()}:/emulator:ro"]
        command += ["--publish", f"127.0.0.1:{port}:8080", *variables]
        command += ["--entrypoint", "/emulator", IMAGE, *EMULATOR_LOG, "python3", *RUNTIME, handler]
    else:
        command = [str(_emulator_binary()), *EMULATOR_LOG]
        command += ["--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
        command += ["--runtime-api-address", f"127.0.0.1:{free_port()}"]
        command += [sys.executable, *RUNTIME, handler]
    base = f"http://127.0.0.1:{port}"

    def invoke(event: Document) -> Document:
        path = "/2015-03-31/functions/function/invocations"
        document: Document = requests.post(base + path, json=event, timeout=60).json()
        return document

    with running(command, log, cwd=ROOT / "lambda", environment=environment):
        wait_for(lambda: _is_serving(base), log)
        yield invoke
    # The REPORT lines of `sam local` are not measurements; this one is.
    for duration in re.findall(r"INIT REPORT\(durationMs: ([\d.]+)", log.read_text()):
        LATENCIES.setdefault("initialisation", []).append(float(duration) / 1000)


def _is_serving(url: str) -> bool:
    """Whether a server responds, with any status."""
    try:
        requests.get(url, timeout=5)
    except requests.ConnectionError:
        return False
    return True


def _emulator_binary() -> Path:
    subprocess.run([SAM, "--version"], capture_output=True, check=True)
    machine = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    (binary,) = (ROOT / ".cache").glob(f"sam-*/lib/python*/site-packages/samcli/*/*/*rie-{machine}")
    return binary


def emulated_gateway(invoke: Invoke) -> Gateway:
    """HTTP API over plain invocations: converts requests to proxy events as API Gateway does."""

    def send(method: str, path: str, body: bytes | None, content_type: str | None) -> HttpResponse:
        response = invoke(proxy_event(method, path, body, content_type))
        headers = {name.title(): value for name, value in (response.get("headers") or {}).items()}
        for name, values in (response.get("multiValueHeaders") or {}).items():
            headers[name.title()] = values[0]
        return HttpResponse(
            response["statusCode"], headers.get("Content-Type", ""), response["body"].encode()
        )

    return Gateway(send)


@contextmanager
def local_server(environment: Environment, log: Path) -> Iterator[str]:
    """Run the server of `make serve` with its model loaded; yields the address."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "handlers.local:app", "--port", str(port)]
    named = {"POWERTOOLS_SERVICE_NAME": "asr", "POWERTOOLS_METRICS_DISABLED": "true"}
    address = f"http://localhost:{port}"
    with running(command, log, cwd=ROOT / "lambda", environment=named | dict(environment)):
        wait_for(lambda: _is_serving(address), log)
        requests.get(f"{address}/v1/health", timeout=START_SECONDS).raise_for_status()
        yield address


@contextmanager
def running(
    command: list[str], log: Path, cwd: Path, environment: Environment | None = None
) -> Iterator[None]:
    """Run a background process, ended by SIGTERM (`sam local` ignores SIGINT)."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=os.environ | dict(environment or {}),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def wait_for(ready: Callable[[], bool], log: Path) -> None:
    """Poll until `ready`; raises TimeoutError with the log."""
    wait_until(ready, START_SECONDS, describe=log.read_text)


def free_port() -> int:
    """Unused port."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
