import json
from pathlib import Path

import pytest

from asr.cli import outputs
from asr.cli.files import AudioFile
from asr.formats.registry import FORMATS, to_json
from asr.transcript import ModelIdentity, Timing, Transcript, Word

SOURCE = AudioFile(Path("in/a clip.wav"), Path("a clip.wav"))
TRANSCRIPT = Transcript(
    (Word("grüezi", 0.0, 0.5, 0.9),),
    1.0,
    ModelIdentity("m", "1", "ab"),
    Timing(3.1, 41.0, 0.027, cold_start=False),
)


@pytest.mark.parametrize(
    ("with_names", "expected"), [(False, "grüezi\n"), (True, "==> in/a clip.wav <==\ngrüezi\n\n")]
)
def test_text_is_printed_after_the_names_of_several_files(with_names, expected, capsys):
    sink = outputs.TextSink(FORMATS["text"].render, with_names)
    sink.add_transcript(SOURCE, TRANSCRIPT)
    sink.add_failure(SOURCE, "too_long")
    assert capsys.readouterr().out == expected


def test_json_lines_hold_transcripts_and_errors(capsys):
    sink = outputs.JsonLinesSink(to_json)
    sink.add_transcript(SOURCE, TRANSCRIPT)
    sink.add_failure(SOURCE, "too_long: 25 hours")
    transcribed, failed = capsys.readouterr().out.splitlines()
    assert json.loads(transcribed) == {
        "file": "in/a clip.wav",
        **to_json(TRANSCRIPT),
    }
    assert "grüezi" in transcribed  # not escaped
    assert json.loads(failed) == {"file": "in/a clip.wav", "error": "too_long: 25 hours"}


def test_a_folder_gets_files_and_nothing_is_printed(tmp_path, capsys):
    sink = outputs.FolderSink(FORMATS["text"].render, {SOURCE: tmp_path / "deep" / "a clip.txt"})
    sink.add_failure(SOURCE, "too_long")
    assert list(tmp_path.iterdir()) == []
    sink.add_transcript(SOURCE, TRANSCRIPT)
    assert (tmp_path / "deep" / "a clip.txt").read_text(encoding="utf-8") == "grüezi\n"
    assert capsys.readouterr().out == ""


def test_an_error_is_printed_as_one_line(capsys):
    outputs.print_error(Path("a.wav"), "unreadable:\nno bytes\n  at all")
    assert capsys.readouterr() == ("", "a.wav: unreadable: no bytes at all\n")
