import json
from pathlib import Path

import pytest

from asr.cli import outputs
from asr.cli.files import Source
from asr.formats.registry import FORMATS
from asr.transcript import ModelIdentity, Timing, Transcript, Word

SOURCE = Source(Path("in/a clip.wav"), Path("a clip.wav"))
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
    page = outputs.Page(FORMATS["text"], headed)
    page.heard(SOURCE, SAID)
    page.failed(SOURCE, "too_long")
    assert capsys.readouterr().out == expected


def test_lines_hold_what_was_heard_and_what_failed(capsys):
    lines = outputs.Lines(FORMATS["json"])
    lines.heard(SOURCE, SAID)
    lines.failed(SOURCE, "too_long: 25 hours")
    heard, failed = capsys.readouterr().out.splitlines()
    assert json.loads(heard) == {
        "file": "in/a clip.wav",
        **json.loads(FORMATS["json"].write(SAID)),
    }
    assert "grüezi" in heard  # readable as it is
    assert json.loads(failed) == {"file": "in/a clip.wav", "error": "too_long: 25 hours"}


def test_a_folder_gets_files_and_prints_nothing(tmp_path, capsys):
    folder = outputs.Folder(FORMATS["text"], {SOURCE: tmp_path / "deep" / "a clip.txt"})
    folder.failed(SOURCE, "too_long")
    assert list(tmp_path.iterdir()) == []
    folder.heard(SOURCE, SAID)
    assert (tmp_path / "deep" / "a clip.txt").read_text(encoding="utf-8") == "grüezi\n"
    assert capsys.readouterr().out == ""


def test_a_complaint_is_one_line(capsys):
    outputs.complain(Path("a.wav"), "unreadable:\nno bytes\n  at all")
    assert capsys.readouterr() == ("", "a.wav: unreadable: no bytes at all\n")
