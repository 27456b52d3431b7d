import re
from dataclasses import replace

import pytest

from tests.support.corpus_archives import ARCHIVES, sound
from tests.support.tone_corpus import HEADER
from training.download import archives, download
from training.download.archives import ArchiveError
from training.download.download import prepare_corpus
from training.download.registry import CORPUS_ARCHIVES


def test_the_command_prints_the_folders_of_a_corpus(publish, tmp_path, capsys):
    publish("ljspeech", ARCHIVES["ljspeech"])
    download.main(["ljspeech", "--out", str(tmp_path / "out")])
    assert capsys.readouterr().out == f"ljspeech: {tmp_path / 'out' / 'ljspeech'}\n"


def test_an_existing_corpus_is_not_downloaded_again(publish, tmp_path, monkeypatch):
    publish("ljspeech", ARCHIVES["ljspeech"])
    folders = prepare_corpus("ljspeech", tmp_path / "out")
    monkeypatch.setattr(archives, "fetch", None)
    assert prepare_corpus("ljspeech", tmp_path / "out") == folders


def test_a_given_archive_is_verified(publish, tmp_path):
    file = publish("ljspeech", ARCHIVES["ljspeech"], checksum=f"md5:{'0' * 32}")
    with pytest.raises(ArchiveError, match="the published one"):
        prepare_corpus("ljspeech", tmp_path / "out", file)
    assert file.exists()


def test_a_manifest_with_a_file_outside_of_its_archive_moves_nothing(publish, tmp_path):
    outside = tmp_path / "outside.wav"
    outside.write_bytes(sound("outside.wav", 0.5))
    row = f"{'../' * 40}{outside.relative_to('/')}\t0.5\tanna\tvctk\tplease call\n"
    file = publish("folder", {"theirs/manifest.tsv": HEADER + row})
    with pytest.raises(ArchiveError, match=r"outside\.wav, which is outside of the archive"):
        prepare_corpus("folder", tmp_path / "out", file)
    assert outside.exists()


def error_of(capsys, arguments):
    with pytest.raises(SystemExit):
        download.main(arguments)
    return capsys.readouterr().err


def test_a_file_that_is_not_an_archive_leaves_no_files(publish, tmp_path, capsys):
    file = publish("an4", {})
    file.write_bytes(b"<html>Not found</html>")
    arguments = ["an4", "--out", str(tmp_path / "out"), "--archive", str(file)]
    assert "an4: " in error_of(capsys, arguments)
    assert not list((tmp_path / "out").iterdir())


def test_a_corpus_without_public_download_needs_an_archive(tmp_path, capsys):
    error = error_of(capsys, ["common-voice", "--out", str(tmp_path / "out")])
    assert re.search(r"common-voice: no public download: .*--archive", error)
    assert not (tmp_path / "out").exists()


def test_an_unreachable_url_leaves_no_files(tmp_path, monkeypatch, capsys):
    missing = replace(CORPUS_ARCHIVES["ljspeech"], url=(tmp_path / "missing.tar").as_uri())
    monkeypatch.setitem(CORPUS_ARCHIVES, "ljspeech", missing)
    assert "ljspeech: " in error_of(capsys, ["ljspeech", "--out", str(tmp_path / "out")])
    assert not list((tmp_path / "out").iterdir())
