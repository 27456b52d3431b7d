import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch import range_file
from batch.range_file import CACHED_RANGES, RangeFile

CONTENT = bytes(range(256)) * 4


class Remote:
    """Remote object with a file over it; `fetched` lists the fetched ranges."""

    def __init__(self, content: bytes = CONTENT) -> None:
        self.fetched: list[tuple[int, int]] = []
        self.file = RangeFile(self._fetch, len(content))
        self._content = content

    def _fetch(self, start: int, end: int) -> bytes:
        self.fetched.append((start, end))
        return self._content[start:end]


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch):
    monkeypatch.setattr(range_file, "RANGE_BYTES", 100)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(-1, 400)),
        st.tuples(st.just("start"), st.integers(0, 1200)),
        st.tuples(st.just("current"), st.integers(-300, 300)),
        st.tuples(st.just("end"), st.integers(-1200, 100)),
    ),
    max_size=30,
)


@settings(max_examples=200)
@given(steps)
def test_reads_and_seeks_are_those_of_a_local_file(steps):
    remote, local = Remote().file, io.BytesIO(CONTENT)
    for step, number in steps:
        if step == "read":
            assert remote.read(number) == local.read(number)
        elif step == "start":
            assert remote.seek(number) == local.seek(number)
        else:
            whence = io.SEEK_CUR if step == "current" else io.SEEK_END
            origin = local.tell() if step == "current" else len(CONTENT)
            if origin + number < 0:
                with pytest.raises(ValueError, match="cannot seek"):
                    remote.seek(number, whence)
                continue
            assert remote.seek(number, whence) == local.seek(number, whence)
        assert remote.tell() == local.tell()


def test_sequential_reads_fetch_each_range_once():
    remote = Remote()
    while remote.file.read(7):
        pass
    assert remote.fetched == [(start, min(start + 100, 1024)) for start in range(0, 1024, 100)]


def test_alternating_between_cached_ranges_fetches_none_twice():
    remote = Remote()
    for _ in range(5):
        for place in (0, 500, 1000):
            remote.file.seek(place)
            remote.file.read(20)
    assert len(remote.fetched) == 3


def test_the_least_recently_used_range_is_evicted():
    remote = Remote()
    for place in (0, 100, 0, 200, 0, 300, 0, 400, 0, 500, 0):
        remote.file.seek(place)
        remote.file.read(1)
    assert len(remote.fetched) == 6


def test_the_cache_is_bounded():
    remote = Remote()
    remote.file.read()
    assert len(remote.file._ranges) == CACHED_RANGES
    remote.file.seek(0)
    remote.file.read(1)  # evicted, so fetched again
    assert remote.fetched[-1] == (0, 100)


def test_an_empty_file_fetches_nothing():
    remote = Remote(b"")
    assert remote.file.read() == b""
    assert remote.fetched == []


def test_errors_of_fetch_are_raised_by_read():
    def fail(start, end):
        raise OSError

    with pytest.raises(OSError):
        RangeFile(fail, 1).read()
