import tarfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.support.corpus_archives import ARCHIVES
from training.download import archives
from training.download import download as command
from training.download.archives import ArchiveError


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


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_wrong_checksum_leaves_nothing_behind(algorithm, publish, tmp_path):
    publish("ljspeech", ARCHIVES["ljspeech"], digest=f"{algorithm}:{'0' * 32}")
    with pytest.raises(ArchiveError, match=rf"{algorithm} [0-9a-f]+, published is 0+\."):
        command.prepare("ljspeech", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


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
