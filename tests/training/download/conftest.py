import hashlib
from dataclasses import replace

import pytest

from tests.support.corpus_archives import pack
from training.download.registry import CORPUS_ARCHIVES


@pytest.fixture
def publish(tmp_path, monkeypatch):
    """Register an archive of `contents` for the corpus `name`, with its checksum."""

    def published(name, contents, checksum=""):
        file = pack(tmp_path / "mine.tar.gz", contents)
        correct = f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
        archive = replace(CORPUS_ARCHIVES[name], url=file.as_uri(), checksum=checksum or correct)
        monkeypatch.setitem(CORPUS_ARCHIVES, name, archive)
        return file

    return published
