import json
from pathlib import Path

import pytest

from asr.cli import outputs
from asr.cli.files import AudioFile
from asr.formats.registry import FORMATS, to_json
from asr.transcript import ModelIdentity, Timing, Transcript, Word

SOURCE = AudioFile(Path("in/a clip.wav"), Path("a clip.wav"))
SAID = Transcript(
    (Word("grüezi", 0.0, 0.5, 0.9),),
    1.0,
    ModelIdentity("m", "1", "ab"),
    Timing(3.1, 41.0, 0.027, cold_start=False),
)


@pytest.mark.parametrize(
    ("headed", "expected"), [(False, "grüezi\n"), (True, "==> in/a clip.wav <==\ngrüezi\n\n")]
)
def test_a_page_has_headings_where_there_are_several(headed, expected, capsys):
    page = outputs.TextSink(FORMATS["text"].render, headed)
    page.add_transcript(SOURCE, SAID)
    page.add_failure(SOURCE, "too_long")
    assert capsys.readouterr().out == expected


def test_lines_hold_what_was_heard_and_what_failed(capsys):
    lines = outputs.JsonLinesSink(to_json)
    lines.add_transcript(SOURCE, SAID)
    lines.add_failure(SOURCE, "too_long: 25 hours")
    heard, failed = capsys.readouterr().out.splitlines()
    assert json.loads(heard) == {
        "file": "in/a clip.wav",
        **to_json(SAID),
    }
    assert "grüezi" in heard  # readable as it is
    assert json.loads(failed) == {"file": "in/a clip.wav", "error": "too_long: 25 hours"}


def test_a_folder_gets_files_and_prints_nothing(tmp_path, capsys):
    folder = outputs.FolderSink(FORMATS["text"].render, {SOURCE: tmp_path / "deep" / "a clip.txt"})
    folder.add_failure(SOURCE, "too_long")
    assert list(tmp_path.iterdir()) == []
    folder.add_transcript(SOURCE, SAID)
    assert (tmp_path / "deep" / "a clip.txt").read_text(encoding="utf-8") == "grüezi\n"
    assert capsys.readouterr().out == ""


def test_a_complaint_is_one_line(capsys):
    outputs.print_error(Path("a.wav"), "unreadable:\nno bytes\n  at all")
    assert capsys.readouterr() == ("", "a.wav: unreadable: no bytes at all\n")
