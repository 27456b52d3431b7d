"""Plain invocations of the image: the same transcript as on the command line, wherever it runs."""

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import interfaces
from tests.support.interfaces import ROOT, Document, Environment

pytestmark = pytest.mark.e2e

CommandLine = Callable[[Path], Document]
Invoke = Callable[..., Document]


def said(answer: Document) -> Document:
    """What must not depend on the door."""
    return {name: answer[name] for name in ("transcript", "confidence", "words", "duration")}


def test_the_sample_event_says_what_the_command_line_says(
    invoke: Invoke, command_line: CommandLine, hello: Path
):
    event = json.loads((ROOT / "events" / "invoke.json").read_text())
    answer = invoke(base64.b64decode(event["audio"]))
    assert said(answer) == said(command_line(hello))
    assert answer["timing"]["cold_start"]


def test_a_browsers_recording_says_what_the_command_line_says(
    invoke: Invoke, command_line: CommandLine, recording: Path
):
    assert said(invoke(recording.read_bytes())) == said(command_line(recording))


def test_a_model_from_a_bucket_says_what_the_embedded_one_says(
    invoke: Invoke, command_line: CommandLine, bucket: Environment, hello: Path
):
    answer = invoke(hello.read_bytes(), **bucket)
    expected = command_line(hello)
    assert said(answer) == said(expected)
    assert answer["model"] == expected["model"]


def test_a_model_that_is_not_the_pinned_one_never_serves(
    invoke: Invoke, bucket: Environment, hello: Path
):
    answer = invoke(hello.read_bytes(), **{**bucket, "MODEL_SHA256": "0" * 64})
    assert (answer["status"], answer["code"]) == (503, "model_unavailable")


def test_a_model_that_is_not_there_is_a_problem(invoke: Invoke, bucket: Environment, hello: Path):
    answer = invoke(hello.read_bytes(), **{**bucket, "MODEL_URI": "s3://models/nowhere/"})
    assert (answer["status"], answer["code"]) == (503, "model_unavailable")


def test_what_is_not_audio_is_a_problem(invoke: Invoke):
    answer = invoke(b"not audio at all " * 100)
    assert (answer["status"], answer["code"]) == (415, "unsupported_audio")


def test_the_image_runs_read_only_without_rights(
    in_image: bool, command_line: CommandLine, hello: Path, tmp_path: Path
):
    if not in_image:
        pytest.skip("no container engine with the image")
    event = {"audio": base64.b64encode(hello.read_bytes()).decode()}
    with interfaces.emulator({}, tmp_path / "log", in_image=True) as invoke:
        cold, warm = invoke(event), invoke(event)
    assert said(cold) == said(warm) == said(command_line(hello))
    assert (cold["timing"]["cold_start"], warm["timing"]["cold_start"]) == (True, False)


def test_a_change_of_code_moves_less_than_a_megabyte(in_image: bool):
    if not in_image:
        pytest.skip("no container engine with the image")
    history = ["docker", "history", "--human=false", "--format", "{{.Size}}", interfaces.IMAGE]
    sizes = subprocess.run(history, capture_output=True, check=True, text=True).stdout.split()
    newest_layer = next(int(size) for size in sizes if int(size) > 0)
    assert newest_layer < 1_000_000
