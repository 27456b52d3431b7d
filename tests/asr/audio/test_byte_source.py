import io

import pytest

from asr.audio import readers
from asr.audio.audio import decode
from asr.audio.byte_source import ByteSource
from tests.support.audio_files import MINUTE, ten_seconds


class Failing(io.BytesIO):
    """A file on a disk or a network that goes away half way."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > len(self.getvalue()) // 2:
            raise OSError("gone")
        return super().read(size)


@pytest.mark.parametrize("name", ["wav", "flac", "ogg/opus", "mp3", "webm", "fragmented mp4"])
def test_a_file_that_cannot_be_read_is_not_taken_for_one_that_ends(name: str):
    with pytest.raises(OSError, match="gone"):
        decode(Failing(ten_seconds(name)), MINUTE)


def test_a_file_that_cannot_be_read_at_all_is_not_empty():
    class Gone(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        decode(Gone(), MINUTE)


def test_a_file_that_cannot_be_read_announces_no_length_but_fails():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        readers.header_duration(Broken(b"RIFF"))


def test_an_error_of_reading_is_kept_where_a_library_would_see_the_end_of_the_file():
    contents = ByteSource(Failing(bytes(10)))
    assert contents.read(8) == bytes(8)
    assert contents.failure is None
    assert contents.read(1) == b""
    assert isinstance(contents.failure, OSError)
    contents.seek(0)
    assert contents.read(1) == b""


def test_to_seek_before_the_beginning_moves_nothing():
    contents = ByteSource(io.BytesIO(bytes(10)))
    assert contents.seek(4) == 4
    assert contents.seek(-1) == 4
    assert contents.tell() == 4
