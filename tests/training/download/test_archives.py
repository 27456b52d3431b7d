import tarfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.support.corpus_archives import ARCHIVES
from training.download import archives
from training.download.archives import ArchiveError
from training.download.download import prepare_corpus


def test_a_connection_that_ends_early_is_an_error(tmp_path):
    class HalfAnswer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(bytes(500))

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), HalfAnswer) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/archive.tar"
        with pytest.raises(OSError, match="ended after 500 of 1,000 bytes"):
            archives.fetch(url, tmp_path / "archive.tar")
        thread.join()


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_wrong_checksum_leaves_no_files(algorithm, publish, tmp_path):
    publish("ljspeech", ARCHIVES["ljspeech"], checksum=f"{algorithm}:{'0' * 32}")
    with pytest.raises(ArchiveError, match=rf"{algorithm} is [0-9a-f]+, the published one is 0+"):
        prepare_corpus("ljspeech", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("name", ["../escaped.wav", "/tmp/escaped.wav", "a/../../escaped.wav"])
def test_a_member_outside_of_the_folder_is_rejected(name, publish, tmp_path):
    publish("ljspeech", {name: 0.25} | ARCHIVES["ljspeech"])
    with pytest.raises(ArchiveError, match=r"unsafe to extract: .*escaped"):
        prepare_corpus("ljspeech", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
    assert not list(tmp_path.rglob("escaped.wav"))


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"),
        (tarfile.SYMTYPE, "../../secret"),
        (tarfile.LNKTYPE, "/etc/passwd"),
        (tarfile.LNKTYPE, "../../secret"),
        (tarfile.FIFOTYPE, ""),
        (tarfile.CHRTYPE, ""),
    ],
)
def test_links_to_the_outside_and_devices_are_rejected(tmp_path, kind, target):
    file = tmp_path / "links.tar"
    with tarfile.open(file, "w") as archive:
        member = tarfile.TarInfo("folder/member")
        member.type, member.linkname = kind, target
        archive.addfile(member)
    with pytest.raises(ArchiveError, match=r"links\.tar is unsafe to extract: 'folder/member'"):
        archives.unpack(file, tmp_path / "unpacked")
    assert not list(tmp_path.rglob("member"))


def test_a_file_written_through_a_link_stays_in_the_folder(tmp_path):
    """A link within the archive, followed by a member below it, reaches nothing outside."""
    file = tmp_path / "links.tar"
    with tarfile.open(file, "w") as archive:
        for name, target in (("a", "."), ("b", "a/..")):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
        archive.addfile(tarfile.TarInfo("b/../escaped"))
    with pytest.raises(ArchiveError, match="unsafe to extract"):
        archives.unpack(file, tmp_path / "unpacked")
    assert not list(tmp_path.rglob("escaped"))


def test_extracted_files_are_neither_executable_nor_writable_by_others(tmp_path):
    file = tmp_path / "modes.tar"
    with tarfile.open(file, "w") as archive:
        member = tarfile.TarInfo("program")
        member.mode = 0o4777
        archive.addfile(member)
    archives.unpack(file, tmp_path / "unpacked")
    assert not (tmp_path / "unpacked" / "program").stat().st_mode & 0o6022
