import re
from dataclasses import replace

import pytest

from tests.support.corpus_archives import ARCHIVES, sound
from tests.support.tone_corpus import HEADER
from training.download import archives
from training.download import download as command
from training.download.archives import ArchiveError
from training.download.registry import SOURCES


def test_a_command_prepares_what_it_names(publish, tmp_path, capsys):
    publish("ljspeech", ARCHIVES["ljspeech"])
    command.main(["ljspeech", "--out", str(tmp_path / "out")])
    assert capsys.readouterr().out == f"ljspeech: {tmp_path / 'out' / 'ljspeech'}\n"


def test_what_is_there_is_not_fetched_again(publish, tmp_path, monkeypatch):
    publish("ljspeech", ARCHIVES["ljspeech"])
    folders = command.prepare("ljspeech", tmp_path / "out")
    monkeypatch.setattr(archives, "fetch", None)
    assert command.prepare("ljspeech", tmp_path / "out") == folders


def test_an_archive_that_was_brought_is_checked_too(publish, tmp_path):
    file = publish("ljspeech", ARCHIVES["ljspeech"], digest=f"md5:{'0' * 32}")
    with pytest.raises(ArchiveError, match="published"):
        command.prepare("ljspeech", tmp_path / "out", file)
    assert file.exists()


def test_a_manifest_that_lists_what_is_outside_of_its_archive_moves_nothing(publish, tmp_path):
    mine = tmp_path / "mine.wav"
    mine.write_bytes(sound("mine.wav", 0.5))
    row = f"{'../' * 40}{mine.relative_to('/')}\t0.5\tanna\tvctk\tplease call\n"
    file = publish("folder", {"theirs/manifest.tsv": HEADER + row})
    with pytest.raises(ArchiveError, match="outside"):
        command.prepare("folder", tmp_path / "out", file)
    assert mine.exists()


def refusal(capsys, arguments):
    with pytest.raises(SystemExit):
        command.main(arguments)
    return capsys.readouterr().err


def test_what_is_no_archive_leaves_nothing_behind(publish, tmp_path, capsys):
    file = publish("an4", {})
    file.write_bytes(b"<html>Not found</html>")
    assert re.search(
        "an4: ", refusal(capsys, ["an4", "--out", str(tmp_path / "out"), "--archive", str(file)])
    )
    assert not list((tmp_path / "out").iterdir())


def test_without_an_address_the_archive_has_to_be_brought(tmp_path, capsys):
    assert re.search(
        r"common-voice: .*--archive",
        refusal(capsys, ["common-voice", "--out", str(tmp_path / "out")]),
    )
    assert not (tmp_path / "out").exists()


def test_where_there_is_no_way_to_it_nothing_is_left_behind(tmp_path, monkeypatch, capsys):
    nowhere = replace(SOURCES["ljspeech"], address=(tmp_path / "nowhere.tar").as_uri())
    monkeypatch.setitem(SOURCES, "ljspeech", nowhere)
    assert re.search("ljspeech: ", refusal(capsys, ["ljspeech", "--out", str(tmp_path / "out")]))
    assert not list((tmp_path / "out").iterdir())
