import hashlib
from dataclasses import replace

import pytest

from tests.support.corpus_archives import pack
from training.download.registry import SOURCES


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
