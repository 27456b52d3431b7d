import hashlib
import io
import re
import tarfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import numpy as np
import pytest
import soundfile

from tests.training.corpora import HEADER
from training import corpus
from training.corpora import __main__ as command
from training.corpora import archives
from training.corpora.archives import ArchiveError
from training.corpora.sources import SOURCES

LIBRISPEECH = "LibriSpeech/test-clean/61/70968/61-70968"
COMMON_VOICE = "cv-corpus-1/en"
# What the archive of each corpus holds, in small: for a sound file, its seconds.
ARCHIVES = {
    "librispeech/test-clean": {
        f"{LIBRISPEECH}.trans.txt": "61-70968-0000 HE BEGAN\n61-70968-0001 YOUR'S\n",
        f"{LIBRISPEECH}-0000.flac": 0.5,
        f"{LIBRISPEECH}-0001.flac": 0.25,
    },
    "speech-commands/0.01": {
        "./validation_list.txt": "bed/00f0204f_nohash_0.wav\n",
        "./testing_list.txt": "cat/00176480_nohash_0.wav\n",
        "./bed/00f0204f_nohash_0.wav": 0.25,
        "./cat/00176480_nohash_0.wav": 0.25,
        "./cat/00f0204f_nohash_0.wav": 0.25,
        "./_background_noise_/pink.wav": 1.0,
    },
    "ljspeech": {
        "LJSpeech-1.1/metadata.csv": 'LJ001-0001|In "14"|In "fourteen"\n',
        "LJSpeech-1.1/wavs/LJ001-0001.wav": 0.75,
    },
    "an4": {
        "an4/etc/an4_train.transcription": "<s> YES </s> (an1-fash-b)\n",
        "an4/etc/an4_test.transcription": "C M U (cen1-mmxg-b)\n",
        "an4/wav/an4_clstk/fash/an1-fash-b.sph": 0.25,
        "an4/wav/an4test_clstk/mmxg/cen1-mmxg-b.sph": 0.5,
    },
    "common-voice": {
        **{
            f"{COMMON_VOICE}/{part}.tsv": "client_id\tpath\tsentence\tage\n"
            f'ab{part}\t{part}.mp3\t"Well," he said.\t\n'
            for part in ("train", "dev", "test")
        },
        **{f"{COMMON_VOICE}/clips/{part}.mp3": 0.5 for part in ("train", "dev", "test", "odd")},
    },
    "folder": {
        "mine/manifest.tsv": f"{HEADER}a/1.ogg\t0.5\tvctk:p225\tvctk\tPlease call.\n",
        "mine/a/1.ogg": 0.5,
    },
}
# By folder: speaker, corpus, normalised text and seconds of each clip.
EXPECTED = {
    "librispeech/test-clean": {
        "librispeech-test-clean": [
            ("61", "librispeech", "he began", 0.5),
            ("61", "librispeech", "your's", 0.25),
        ]
    },
    "speech-commands/0.01": {
        "speech-commands-0.01-train": [("00f0204f", "speech-commands", "cat", 0.25)],
        "speech-commands-0.01-dev": [("00f0204f", "speech-commands", "bed", 0.25)],
        "speech-commands-0.01-test": [("00176480", "speech-commands", "cat", 0.25)],
    },
    "ljspeech": {"ljspeech": [("lj", "lj", "in fourteen", 0.75)]},
    "an4": {
        "an4-train": [("fash", "an4", "yes", 0.25)],
        "an4-test": [("mmxg", "an4", "c m u", 0.5)],
    },
    "common-voice": {
        f"common-voice-{part}": [(f"ab{part}", "common-voice", "well he said", 0.5)]
        for part in ("train", "dev", "test")
    },
    "folder": {"mine": [("vctk:p225", "vctk", "please call", 0.5)]},
}
FORMATS = {"sph": "NIST", "ogg": "OGG"}


def sound(name, seconds):
    file = io.BytesIO()
    noise = np.random.default_rng(0).normal(0, 0.1, round(seconds * 16_000))
    suffix = name.rpartition(".")[2]
    soundfile.write(file, noise, 16_000, format=FORMATS.get(suffix, suffix.upper()))
    return file.getvalue()


def pack(file, contents):
    """An archive of texts, and of sounds of so many seconds."""
    with tarfile.open(file, "w:gz") as archive:
        for name, content in contents.items():
            raw = content.encode() if isinstance(content, str) else sound(name, content)
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    return file


@pytest.fixture
def publish(tmp_path, monkeypatch):
    """Publishes an archive of `contents` as that of `name`, with its checksum."""

    def published(name, contents, digest=""):
        file = pack(tmp_path / "mine.tar.gz", contents)
        right = f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
        source = replace(SOURCES[name], address=file.as_uri(), digest=digest or right)
        monkeypatch.setitem(SOURCES, name, source)
        return file

    return published


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_corpus_becomes_folders_with_manifests(name, publish, tmp_path):
    file = publish(name, ARCHIVES[name])
    out = tmp_path / "out"
    folders = command.prepare(name, out, file if name == "folder" else None)
    assert {folder.name for folder in folders} == set(EXPECTED[name])
    assert sorted(out.iterdir()) == sorted(folders)
    for folder in folders:
        read = corpus.read_manifest(folder / "manifest.tsv")
        expected = EXPECTED[name][folder.name]
        assert [(u.speaker, u.corpus, u.text) for u in read] == [row[:3] for row in expected]
        # MP3 comes in blocks of 36 ms at 16 kHz
        assert [u.seconds for u in read] == pytest.approx([row[3] for row in expected], abs=0.08)
        assert all(soundfile.info(u.path).frames for u in read)
        assert len(list(folder.iterdir())) == 1 + len(read)


def test_what_is_there_is_not_fetched_again(publish, tmp_path, monkeypatch):
    publish("ljspeech", ARCHIVES["ljspeech"])
    folders = command.prepare("ljspeech", tmp_path / "out")
    monkeypatch.setattr(archives, "fetch", None)
    assert command.prepare("ljspeech", tmp_path / "out") == folders


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_wrong_checksum_leaves_nothing_behind(algorithm, publish, tmp_path):
    publish("ljspeech", ARCHIVES["ljspeech"], digest=f"{algorithm}:{'0' * 32}")
    with pytest.raises(ArchiveError, match=rf"{algorithm} [0-9a-f]+, published is 0+\."):
        command.prepare("ljspeech", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_an_archive_that_was_brought_is_checked_too(publish, tmp_path):
    file = publish("ljspeech", ARCHIVES["ljspeech"], digest=f"md5:{'0' * 32}")
    with pytest.raises(ArchiveError, match="published"):
        command.prepare("ljspeech", tmp_path / "out", file)
    assert file.exists()


@pytest.mark.parametrize("name", ["../escaped.wav", "/tmp/escaped.wav", "a/../../escaped.wav"])
def test_an_archive_writes_nothing_outside_of_its_folder(name, publish, tmp_path):
    publish("ljspeech", {name: 0.25} | ARCHIVES["ljspeech"])
    with pytest.raises(ArchiveError, match="escaped"):
        command.prepare("ljspeech", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
    assert not list(tmp_path.rglob("escaped.wav"))


def test_links_in_an_archive_are_left_out(tmp_path):
    file = tmp_path / "links.tar"
    with tarfile.open(file, "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            member = tarfile.TarInfo(f"link{kind.decode()}")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    archives.unpack(file, tmp_path / "unpacked")
    assert not list(tmp_path.glob("unpacked/*"))


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


def test_a_download_that_breaks_off_is_an_error(tmp_path):
    class Halving(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(bytes(500))

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Halving) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/archive.tar"
        with pytest.raises(OSError, match="broke off after 500 of 1,000 bytes"):
            archives.fetch(address, tmp_path / "archive.tar")
        thread.join()


def test_a_command_prepares_what_it_names(publish, tmp_path, capsys):
    publish("ljspeech", ARCHIVES["ljspeech"])
    command.main(["ljspeech", "--out", str(tmp_path / "out")])
    assert capsys.readouterr().out == f"ljspeech: {tmp_path / 'out' / 'ljspeech'}\n"


def test_every_address_has_a_checksum_of_its_kind():
    lengths = {"md5": 32, "sha256": 64}
    for source in SOURCES.values():
        algorithm, _, digits = source.digest.partition(":")
        assert bool(source.address) == bool(source.digest)
        assert not digits or (len(digits) == lengths[algorithm] and int(digits, 16))


@pytest.mark.parametrize("name", sorted(set(ARCHIVES) - {"speech-commands/0.01"}))
def test_an_archive_of_another_corpus_is_refused(name, publish, tmp_path):
    file = publish(name, {"readme.txt": "of something else"})
    with pytest.raises(ArchiveError, match=r"holds (0 files called|no clips)"):
        command.prepare(name, tmp_path / "out", file)
    assert not list((tmp_path / "out").iterdir())


def test_a_manifest_that_lists_what_is_outside_of_its_archive_moves_nothing(publish, tmp_path):
    mine = tmp_path / "mine.wav"
    mine.write_bytes(sound("mine.wav", 0.5))
    row = f"{'../' * 40}{mine.relative_to('/')}\t0.5\tanna\tvctk\tplease call\n"
    file = publish("folder", {"theirs/manifest.tsv": HEADER + row})
    with pytest.raises(ArchiveError, match="outside"):
        command.prepare("folder", tmp_path / "out", file)
    assert mine.exists()
