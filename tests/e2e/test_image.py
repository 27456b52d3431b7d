"""Plain invocations of the image: the same transcript as on the command line."""

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import interfaces
from tests.support.interfaces import ROOT, Document, Environment, transcript_fields

pytestmark = pytest.mark.e2e

CommandLine = Callable[[Path], Document]
Invoke = Callable[..., Document]


def test_the_sample_event_gives_the_transcript_of_the_command_line(
    invoke: Invoke, command_line: CommandLine, hello: Path
):
    event = json.loads((ROOT / "events" / "invoke.json").read_text())
    response = invoke(base64.b64decode(event["audio"]))
    assert transcript_fields(response) == transcript_fields(command_line(hello))
    assert response["timing"]["cold_start"]


def test_a_browser_recording_gives_the_transcript_of_the_command_line(
    invoke: Invoke, command_line: CommandLine, recording: Path
):
    assert transcript_fields(invoke(recording.read_bytes())) == transcript_fields(
        command_line(recording)
    )


def test_a_model_from_a_bucket_gives_the_transcript_of_the_embedded_one(
    invoke: Invoke, command_line: CommandLine, bucket: Environment, hello: Path
):
    response = invoke(hello.read_bytes(), **bucket)
    expected = command_line(hello)
    assert transcript_fields(response) == transcript_fields(expected)
    assert response["model"] == expected["model"]


def test_a_model_other_than_the_pinned_one_is_unavailable(
    invoke: Invoke, bucket: Environment, hello: Path
):
    response = invoke(hello.read_bytes(), **{**bucket, "MODEL_SHA256": "0" * 64})
    assert (response["status"], response["code"]) == (503, "model_unavailable")


def test_a_missing_model_is_unavailable(invoke: Invoke, bucket: Environment, hello: Path):
    response = invoke(hello.read_bytes(), **{**bucket, "MODEL_URI": "s3://models/nowhere/"})
    assert (response["status"], response["code"]) == (503, "model_unavailable")


def test_bytes_that_are_not_audio_are_rejected(invoke: Invoke):
    response = invoke(b"not audio at all " * 100)
    assert (response["status"], response["code"]) == (415, "unsupported_audio")


def test_the_image_runs_unprivileged_on_a_read_only_file_system(
    in_image: bool, command_line: CommandLine, hello: Path, tmp_path: Path
):
    if not in_image:
        pytest.skip("no container engine with the image")
    event = {"audio": base64.b64encode(hello.read_bytes()).decode()}
    with interfaces.emulator({}, tmp_path / "log", in_image=True) as invoke:
        cold, warm = invoke(event), invoke(event)
    assert (
        transcript_fields(cold) == transcript_fields(warm) == transcript_fields(command_line(hello))
    )
    assert (cold["timing"]["cold_start"], warm["timing"]["cold_start"]) == (True, False)


def test_the_code_layer_with_its_bytecode_is_smaller_than_two_megabytes(in_image: bool):
    if not in_image:
        pytest.skip("no container engine with the image")
    history = ["docker", "history", "--human=false", "--format", "{{.Size}}", interfaces.IMAGE]
    sizes = subprocess.run(history, capture_output=True, check=True, text=True).stdout.split()
    newest_layer = next(int(size) for size in sizes if int(size) > 0)
    assert newest_layer < 2_000_000
