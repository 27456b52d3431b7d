import io
import json
import os
import re
import select
import signal
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from tqdm import tqdm

from asr.audio import audio
from asr.cli import main as cli
from asr.formats.registry import FORMATS
from tests.support import ngram_toy, toy_model


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
    path.write_bytes(toy_model.text_wav("a clip"))
    return path


def test_a_single_file_prints_its_transcript_and_nothing_else(run, clip):
    assert run(clip) == (0, "a clip\n", "")


def test_a_format_can_be_chosen(run, clip):
    _, out, _ = run(clip, "--format", "json")
    assert json.loads(out)["transcript"] == "a clip"


def test_a_folder_stands_for_its_audio_files(run, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "one.wav").write_bytes(toy_model.text_wav("one"))
    (tmp_path / "deep" / "two.WAV").write_bytes(toy_model.text_wav("two"))
    (tmp_path / "notes.txt").write_text("not audio")
    status, out, _ = run(tmp_path, "--format", "json")
    found = {json.loads(line)["file"]: json.loads(line)["transcript"] for line in out.splitlines()}
    assert status == 0
    assert found == {
        str(tmp_path / "one.wav"): "one",
        str(tmp_path / "deep" / "two.WAV"): "two",
    }


def test_what_a_folder_holds_besides_audio_is_named(run, tmp_path):
    (tmp_path / "one.wav").write_bytes(toy_model.text_wav("one"))
    (tmp_path / "._one.wav").write_bytes(b"\0\5\x16\7")
    for number in range(7):
        (tmp_path / f"{number}.txt").write_text("not audio")
    status, out, err = run(tmp_path)
    assert (status, out) == (0, "one\n")
    assert err == f"{tmp_path}: passed over 7 files: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 2 more\n"


def test_warnings_about_the_audio_are_on_standard_error(run, clip):
    clip.write_bytes(clip.read_bytes()[:-1_000])
    status, out, err = run(clip)
    assert (status, out) == (0, "a clip\n")
    assert err.startswith(f"{clip}: warning: truncated: The file ends after ")
    _, out, _ = run(clip, "--format", "json")
    assert [each["code"] for each in json.loads(out)["warnings"]] == ["truncated"]


def test_a_track_that_does_not_exist_is_an_error(run, clip):
    assert run(clip, "--track", 1)[:2] == (0, "a clip\n")
    status, out, err = run(clip, "--track", 2)
    assert (status, out) == (1, "")
    assert err == (f"{clip}: malformed_request: track is 2, but the file has 1 sound track\n")


def test_a_folder_without_audio_is_an_error(run, tmp_path):
    assert run(tmp_path) == (1, "", f"{tmp_path}: no audio files in this folder\n")


def test_a_folder_without_audio_beside_a_file_is_an_error(run, clip, tmp_path):
    (tmp_path / "empty").mkdir()
    status, out, err = run(tmp_path / "empty", clip)
    assert (status, out, err) == (
        1,
        "a clip\n",
        f"{tmp_path / 'empty'}: no audio files in this folder\n",
    )


def test_transcripts_of_several_files_follow_their_names(run, clip):
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


def test_a_dash_is_standard_input(run, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(toy_model.text_wav("from a pipe")))
    monkeypatch.setattr(sys, "stdin", stream)
    assert run("-") == (0, "from a pipe\n", "")


def test_a_missing_bundle_is_reported_in_one_line(capsys, tmp_path):
    assert cli.main(["--bundle", str(tmp_path), "x.wav"]) == 1
    assert capsys.readouterr().err.startswith("model_unavailable: cannot read manifest.json")


def test_the_environment_limits_the_duration_of_a_file(run, clip, monkeypatch):
    monkeypatch.setenv("BATCH_MAX_SECONDS", "0.5")
    assert run(clip) == (1, "", f"{clip}: too_long: The audio is longer than 0.5 seconds.\n")


def test_the_self_test_option_runs_the_golden_test(run):
    assert run("--self-test") == (0, "", "")


def test_json_formats_give_one_line_per_file(run, clip, tmp_path):
    (tmp_path / "noise.wav").write_bytes(b"no audio at all")
    status, out, _ = run(clip, tmp_path / "noise.wav", "--format", "transcribe")
    transcribed, failed = map(json.loads, out.splitlines())
    assert status == 1
    assert transcribed["file"] == str(clip)
    assert transcribed["results"]["transcripts"] == [{"transcript": "a clip"}]
    assert failed["error"].startswith("unsupported_audio: ")


@pytest.mark.parametrize("form", [name for name, form in FORMATS.items() if form.members])
def test_json_lines_of_a_single_file_have_its_name(run, clip, form):
    status, out, err = run(clip, "--json-lines", "--format", form)
    assert (status, err, out.count("\n")) == (0, "", 1)
    assert json.loads(out)["file"] == str(clip)


def test_the_default_format_of_json_lines_is_json(run, clip):
    assert json.loads(run("--json-lines", clip)[1])["transcript"] == "a clip"


@pytest.mark.parametrize("form", FORMATS)
def test_an_output_folder_gets_a_file_of_each_format(run, clip, tmp_path, form):
    status, out, err = run(clip, "--output-dir", tmp_path / "out", "--format", form)
    assert (status, out, err) == (0, "", "")
    (written,) = (tmp_path / "out").iterdir()
    assert written.name == f"clip{FORMATS[form].suffix}"
    assert "a clip" in written.read_text()


def test_an_output_folder_has_the_subfolders_of_the_sources(run, tmp_path):
    for place in ("in/one.wav", "in/deep/two.wav", "three.wav", "noise.wav"):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            toy_model.text_wav(path.stem) if path.stem != "noise" else b"no audio at all"
        )
    named = [tmp_path / name for name in ("in", "three.wav", "noise.wav")]
    status, out, err = run(*named, "--output-dir", tmp_path / "out")
    written = {
        str(path.relative_to(tmp_path / "out")): path.read_text()
        for path in (tmp_path / "out").rglob("*.*")
    }
    assert written == {"one.txt": "one\n", "deep/two.txt": "two\n", "three.txt": "three\n"}
    assert (status, out, err.count("\n")) == (1, "", 1)


def test_a_source_with_the_suffix_of_a_transcript_is_not_overwritten(run, tmp_path):
    source = tmp_path / "clip.txt"
    source.write_bytes(toy_model.text_wav("a clip"))
    assert run(source, "--output-dir", tmp_path)[0] == 0
    assert source.read_bytes() == toy_model.text_wav("a clip")
    assert (tmp_path / "clip.txt.txt").read_text() == "a clip\n"


def test_a_failed_write_is_reported_in_one_line(run, clip, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "clip.txt").mkdir()
    status, _, err = run(clip, "--output-dir", tmp_path / "out")
    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith(f"{clip}: Is a directory: ")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x.wav", "--format", "doc"],
        ["x.wav", "--json-lines", "--format", "srt"],
        ["x.wav", "--json-lines", "--output-dir", "out"],
        ["x.wav", "--output-dir", __file__],
    ],
)
def test_an_invalid_command_line_has_status_2(run, arguments, capsys):
    with pytest.raises(SystemExit) as end:
        run(*arguments)
    assert end.value.code == 2
    assert "python -m asr: error: " in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal_output(run, clip, monkeypatch):
    """Standard error of a terminal while a clip is transcribed."""
    monkeypatch.setattr(cli, "BAR_DELAY_SECONDS", 0)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert run(clip)[0] == 0
    return terminal.getvalue()


def test_a_terminal_shows_the_position_in_the_file(run, clip, monkeypatch):
    stream = audio.stream

    def in_pieces(*arguments):
        for block in stream(*arguments):
            for _ in range(4):
                yield np.tile(block, 4)

    monkeypatch.setattr(audio, "stream", in_pieces)
    monkeypatch.setattr(cli, "tqdm", partial(tqdm, mininterval=0))
    shown = terminal_output(run, clip, monkeypatch)
    drawn = set(re.findall(r"0/1 \[[^\r]*clip.wav (0:00:\d\d)\]", shown))
    assert len(drawn) >= 3


def test_the_progress_bar_is_removed_at_the_end(run, clip, monkeypatch):
    before, _, end = terminal_output(run, clip, monkeypatch).rpartition("\r")
    assert "0/1" in before
    assert (before.rpartition("\r")[2].strip(), end) == ("", "")


def test_an_interrupted_run_has_the_status_130(run, clip, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_transcribe", interrupted)
    assert run(clip) == (130, "", "")


@pytest.fixture(scope="module")
def command(toy_bundle):
    return [sys.executable, "-W", "ignore", "-m", "asr", "--bundle", str(toy_bundle)]


def test_a_closed_output_pipe_is_not_an_error(command, tmp_path):
    for number in range(100):
        (tmp_path / f"{number:03}.wav").write_bytes(toy_model.text_wav("a clip"))
    with subprocess.Popen(
        [*command, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert b"000.wav" in run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == -signal.SIGPIPE


def test_a_transcript_is_printed_before_the_next_file_is_read(command, clip, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    with subprocess.Popen(
        [*command, str(clip), "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        ready, _, _ = select.select([run.stdout], [], [], 60)
        assert ready
        out, _ = run.communicate(toy_model.text_wav("piped"))
        assert out.endswith(b"piped\n\n")


def test_a_file_name_that_is_not_utf_8_is_printed_unchanged(command, tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.wav"
    with open(name, "wb") as file:  # noqa: PTH123 - a Path holds no bytes
        file.write(toy_model.text_wav("a clip"))
    run = subprocess.run(
        [*command, name, name],
        env=os.environ | {"PYTHONIOENCODING": "utf-8:strict"},
        capture_output=True,
        check=False,
    )
    assert run.stdout == (b"==> " + name + b" <==\na clip\n\n") * 2
    assert (run.returncode, run.stderr) == (0, b"")


def test_the_decoder_can_be_chosen(ngram_bundle, tmp_path, capsys):
    (tmp_path / "a.wav").write_bytes(ngram_toy.ambiguous_wav("a dab"))
    for decoder, text in (("greedy", "a dab"), ("beam", "a cab")):
        arguments = ["--bundle", str(ngram_bundle), "--decoder", decoder, "--self-test"]
        assert cli.main([*arguments, str(tmp_path / "a.wav")]) == 0
        assert capsys.readouterr().out == f"{text}\n"


def test_the_phrases_of_a_vocabulary_file_are_written_as_given(ngram_bundle, tmp_path, capsys):
    (tmp_path / "a.wav").write_bytes(ngram_toy.ambiguous_wav("a dab"))
    (tmp_path / "names.txt").write_text("Dab\n")
    arguments = ["--bundle", str(ngram_bundle), "--vocabulary", str(tmp_path / "names.txt")]
    assert cli.main([*arguments, str(tmp_path / "a.wav")]) == 0
    assert capsys.readouterr().out == "a Dab\n"


def test_channels_may_be_separate(toy_bundle, tmp_path, capsys, monkeypatch):
    (tmp_path / "call.wav").write_bytes(toy_model.channels_wav("hello", "there"))
    call = ["--bundle", str(toy_bundle), str(tmp_path / "call.wav")]
    assert cli.main(["--channels", "separate", *call]) == 0
    assert capsys.readouterr().out == "[left] hello\n[right] there\n"
    names = ["--channels", "separate", "--channel-names", "agent,customer"]
    assert cli.main([*names, *call]) == 0
    assert capsys.readouterr().out == "[agent] hello\n[customer] there\n"
    monkeypatch.setenv("CHANNELS", "separate")
    assert cli.main(call) == 0
    assert capsys.readouterr().out == "[left] hello\n[right] there\n"


@pytest.mark.parametrize(
    "options", [["--channel-names", "a,b"], ["--channels", "separate", "--channel-names", "a,a"]]
)
def test_invalid_channels_end_the_program(options, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*options, "a.wav"])
    assert ended.value.code == 2
    assert "channel_names" in capsys.readouterr().err


def test_a_vocabulary_file_that_cannot_be_read_is_reported(tmp_path, capsys):
    for content in (None, "", "\n".join(f"x{n}" for n in range(501))):
        if content is not None:
            (tmp_path / "names.txt").write_text(content)
        with pytest.raises(SystemExit) as ended:
            cli.main(["--vocabulary", str(tmp_path / "names.txt"), "a.wav"])
        assert ended.value.code == 2
        assert "argument --vocabulary" in capsys.readouterr().err


def test_beam_search_without_a_language_model_gives_the_remedy(run, clip, capsys, toy_bundle):
    assert cli.main(["--bundle", str(toy_bundle), "--decoder", "beam", str(clip)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("model_unavailable: the decoder beam needs a language model")
    assert "use the decoder greedy" in error


def test_punctuation_can_be_removed(written_bundle, tmp_path, capsys, monkeypatch):
    clip = tmp_path / "clip.wav"
    clip.write_bytes(toy_model.written_wav("Hi, Bo."))

    def printed(*options):
        assert cli.main(["--bundle", str(written_bundle), str(clip), *options]) == 0
        return capsys.readouterr().out

    assert (printed(), printed("--no-punctuate")) == ("Hi, Bo.\n", "hi bo\n")
    monkeypatch.setenv("PUNCTUATE", "false")
    assert (printed(), printed("--punctuate")) == ("hi bo\n", "Hi, Bo.\n")
