import io

import pytest

from asr.audio import header
from asr.audio.audio import decode
from asr.audio.byte_source import ByteSource
from tests.support.audio_files import MINUTE, ten_seconds


class Failing(io.BytesIO):
    """A file whose second half cannot be read."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > len(self.getvalue()) // 2:
            raise OSError("gone")
        return super().read(size)


@pytest.mark.parametrize("name", ["wav", "flac", "ogg/opus", "mp3", "webm", "fragmented mp4"])
def test_a_read_error_is_not_treated_as_the_end_of_the_file(name: str):
    with pytest.raises(OSError, match="gone"):
        decode(Failing(ten_seconds(name)), MINUTE)


def test_a_read_error_at_the_start_is_not_treated_as_empty_audio():
    class Gone(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        decode(Gone(), MINUTE)


def test_a_read_error_is_raised_by_the_header_duration():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        header.header_duration(Broken(b"RIFF"))


def test_a_read_error_is_stored_and_looks_like_the_end_of_the_file():
    source = ByteSource(Failing(bytes(10)))
    assert source.read(8) == bytes(8)
    assert source.failure is None
    assert source.read(1) == b""
    assert isinstance(source.failure, OSError)
    source.seek(0)
    assert source.read(1) == b""


def test_seeking_before_the_beginning_leaves_the_position():
    source = ByteSource(io.BytesIO(bytes(10)))
    assert source.seek(4) == 4
    assert source.seek(-1) == 4
    assert source.tell() == 4
