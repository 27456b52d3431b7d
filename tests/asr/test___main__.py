import io
import json
import sys

import pytest

from asr import __main__ as cli
from tests.asr import toy


@pytest.fixture
def run(toy_bundle, capsys):
    def run(*arguments):
        status = cli.main(["--bundle", str(toy_bundle), *map(str, arguments)])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return run


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.wav"
    path.write_bytes(toy.wav("a clip"))
    return path


def test_one_file_prints_its_transcript_and_nothing_else(run, clip):
    assert run(clip) == (0, "a clip\n", "")


def test_a_format_can_be_chosen(run, clip):
    _, out, _ = run(clip, "--format", "json")
    assert json.loads(out)["transcript"] == "a clip"


def test_a_folder_stands_for_the_audio_in_it(run, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "one.wav").write_bytes(toy.wav("one"))
    (tmp_path / "deep" / "two.WAV").write_bytes(toy.wav("two"))
    (tmp_path / "notes.txt").write_text("not audio")
    status, out, _ = run(tmp_path, "--format", "json")
    heard = {json.loads(line)["file"]: json.loads(line)["transcript"] for line in out.splitlines()}
    assert status == 0
    assert heard == {
        str(tmp_path / "one.wav"): "one",
        str(tmp_path / "deep" / "two.WAV"): "two",
    }


def test_a_folder_without_audio_is_an_error(run, tmp_path):
    assert run(tmp_path) == (1, "", f"no audio files in {tmp_path}\n")


def test_several_files_are_headed_by_their_names(run, clip):
    _, out, _ = run(clip, clip)
    assert out == f"==> {clip} <==\na clip\n\n" * 2


def test_a_file_that_fails_is_named_and_the_others_are_transcribed(run, clip, tmp_path):
    (tmp_path / "noise.wav").write_bytes(b"no audio at all")
    status, out, err = run(tmp_path / "noise.wav", tmp_path / "missing.wav", clip)
    assert status == 1
    assert "a clip" in out
    assert [line.split(": ")[1] for line in err.splitlines()] == [
        "unsupported_audio",
        "No such file or directory",
    ]


def test_standard_input_is_a_file_called_dash(run, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(toy.wav("from a pipe")))
    monkeypatch.setattr(sys, "stdin", stream)
    assert run("-") == (0, "from a pipe\n", "")


def test_a_bundle_that_is_not_there_is_one_line(capsys, tmp_path):
    assert cli.main(["--bundle", str(tmp_path), "x.wav"]) == 1
    assert capsys.readouterr().err.startswith("model_unavailable: cannot read manifest.json")


def test_the_golden_clip_is_checked_on_demand(run):
    assert run("--self-test") == (0, "", "")
