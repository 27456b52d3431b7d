import hashlib
import os
from pathlib import Path

import pytest

from asr import memory_file
from asr.memory_file import MemoryFile

DESCRIPTORS = Path("/proc/self/fd")
CONTENT = bytes(range(256)) * 10


@pytest.fixture(params=[True, False], ids=["with a path", "without"])
def paths(request, monkeypatch):
    monkeypatch.setattr(memory_file, "HAS_PATHS", request.param and memory_file.HAS_PATHS)


def test_the_content_is_what_was_written(paths):
    file = MemoryFile(lambda out: out.write(CONTENT))
    assert len(file) == len(CONTENT)
    assert file.sha256() == hashlib.sha256(CONTENT).hexdigest()
    for _ in range(2):  # each opening begins at the start
        with file.open() as opened:
            assert opened.read() == CONTENT


def test_an_error_of_the_writer_passes_and_frees_the_file(paths):
    before = len(list(DESCRIPTORS.iterdir()))
    with pytest.raises(OSError, match="no such file"):
        MemoryFile(_fail)
    assert len(list(DESCRIPTORS.iterdir())) == before


def _fail(_):
    raise OSError("no such file")


def test_the_memory_is_freed_with_the_object():
    file = MemoryFile(lambda out: out.write(CONTENT))
    path = file.torchscript()
    assert isinstance(path, str)
    assert os.path.exists(path)  # noqa: PTH110 - of a link that names nothing
    del file
    assert not os.path.exists(path)  # noqa: PTH110
