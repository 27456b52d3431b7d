"""The ways into the recogniser, as the tests in this folder go through them.

In the image: `sam local invoke`, `sam local start-api`, and Lambda's runtime interface emulator as
a user without rights on a read-only file system. Where there is no container engine the emulator,
which comes with the SAM CLI, runs the same handler as a process of this machine.
"""

import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from scripts.generate.make_events import proxy_event

ROOT = Path(__file__).parents[2]
SAM = str(ROOT / "scripts" / "sam")
BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
IMAGE = "serverless-asr:latest"
EMULATOR_LOG = ["--log-level", "info"]
RUNTIME = ["-m", "awslambdaric"]
BRIDGE = "172.17.0.1"  # this machine, as Docker's containers see it
START_SECONDS = 60.0
# Seconds by what was done, printed after the tests.
LATENCIES: dict[str, list[float]] = {}

Document = dict[str, Any]
Environment = Mapping[str, str]
Invoke = Callable[[Document], Document]


@dataclass(frozen=True)
class Answer:
    """What an HTTP client gets."""

    status: int
    media_type: str
    body: bytes

    def json(self) -> Document:
        document: Document = json.loads(self.body)
        return document


# method, path, body, content type -> answer
Send = Callable[[str, str, bytes | None, str | None], Answer]


@dataclass(frozen=True)
class Gateway:
    """The HTTP API, and its address if it is served at one."""

    send: Send
    address: str | None = None

    def __call__(
        self, method: str, path: str, body: bytes | None, content_type: str | None
    ) -> Answer:
        return self.send(method, path, body, content_type)


def has_image() -> bool:
    """Whether `make image` has built what the tests can run."""
    if shutil.which("docker") is None or not BUILT.exists():
        return False
    inspect = ["docker", "image", "inspect", IMAGE]
    return subprocess.run(inspect, capture_output=True, check=False).returncode == 0


def command_line(clip: Path) -> Document:
    """`python -m asr CLIP --format json`, with the embedded model."""
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
    """`sam local invoke` in a container of its own, hence a cold start each time."""
    template = _template(environment, scratch)
    run = subprocess.run(
        [SAM, "local", "invoke", "ApiFunction", "--event", "-", "--template", template],
        cwd=ROOT,
        input=json.dumps(event).encode(),
        capture_output=True,
        check=True,
    )
    # The exit status is 0 even where the handler failed: the payload tells.
    document: Document = json.loads(run.stdout)
    return document


def _template(environment: Environment, scratch: Path, function: str = "ApiFunction") -> str:
    """The built template with more environment: SAM passes on only what a template declares."""
    template = yaml.safe_load(BUILT.read_text())
    properties = template["Resources"][function]["Properties"]
    properties["Environment"]["Variables"].update(environment)
    path = scratch / "template.json"
    path.write_text(json.dumps(template))
    return str(path)


@contextmanager
def sam_start_api(log: Path) -> Iterator[Gateway]:
    """`sam local start-api`, its containers warm between requests."""
    port = free_port()
    # No --template: beside the default one lies samconfig.toml, which asks for warm containers.
    command = [SAM, "local", "start-api", "--port", str(port)]
    with running(command, log, cwd=ROOT):
        base = f"http://127.0.0.1:{port}"
        wait_for(lambda: "Running on" in log.read_text(), log)

        def send(method: str, path: str, body: bytes | None, content_type: str | None) -> Answer:
            headers = {"Content-Type": content_type} if content_type else {}
            response = requests.request(method, base + path, data=body, headers=headers, timeout=60)
            media_type = response.headers.get("Content-Type", "")
            return Answer(response.status_code, media_type, response.content)

        yield Gateway(send, base)


@contextmanager
def sam_start_lambda(function: str, environment: Environment, scratch: Path) -> Iterator[Invoke]:
    """`sam local start-lambda`, the container of a function warm between invocations."""
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
    """The runtime interface emulator around a handler, in the image or on this machine."""
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
        wait_for(lambda: _answers(base), log)
        yield invoke
    # The only true figure of it: the REPORT lines of `sam local` are not measurements.
    for duration in re.findall(r"INIT REPORT\(durationMs: ([\d.]+)", log.read_text()):
        LATENCIES.setdefault("initialisation", []).append(float(duration) / 1000)


def _answers(url: str) -> bool:
    """Whether something serves there, be it a 404."""
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
    """API Gateway's part, where `sam local start-api` cannot run: requests as proxy events."""

    def send(method: str, path: str, body: bytes | None, content_type: str | None) -> Answer:
        answer = invoke(proxy_event(method, path, body, content_type))
        headers = {name.title(): value for name, value in (answer.get("headers") or {}).items()}
        for name, values in (answer.get("multiValueHeaders") or {}).items():
            headers[name.title()] = values[0]
        return Answer(
            answer["statusCode"], headers.get("Content-Type", ""), answer["body"].encode()
        )

    return Gateway(send)


@contextmanager
def local_server(environment: Environment, log: Path) -> Iterator[str]:
    """What `make serve` serves, with its model open; yields the address."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "handlers.local:app", "--port", str(port)]
    named = {"POWERTOOLS_SERVICE_NAME": "asr", "POWERTOOLS_METRICS_DISABLED": "true"}
    address = f"http://localhost:{port}"
    with running(command, log, cwd=ROOT / "lambda", environment=named | dict(environment)):
        wait_for(lambda: _answers(address), log)
        requests.get(f"{address}/v1/health", timeout=START_SECONDS).raise_for_status()
        yield address


@contextmanager
def running(
    command: list[str], log: Path, cwd: Path, environment: Environment | None = None
) -> Iterator[None]:
    """A process in the background, ended by SIGTERM (`sam local` ignores SIGINT)."""
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
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(log.read_text())
        time.sleep(0.2)


def free_port() -> int:
    """A port that nothing listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
