import os
import re
from pathlib import Path

import pytest
from av.codec import Codec, codecs_available
from av.codec.codec import UnknownCodecError

from asr.audio import ffmpeg_formats, file_types
from asr.audio.audio import decode
from asr.audio.file_types import FILE_TYPES, HEAD_BYTES, SUFFIXES, has_audio_magic, is_audio_file
from scripts.generate import make_formats
from tests.support import random_encodings
from tests.support.audio_files import MINUTE, ONE_SECOND, one_second
from tests.support.random_encodings import ENCODINGS

ROOT = Path(__file__).parents[3]


def test_the_page_of_the_formats_is_up_to_date():
    assert make_formats.PAGE.read_text(encoding="utf-8") == make_formats.render()


def test_the_web_page_accepts_the_same_suffixes():
    page = (ROOT / "lambda" / "web" / "index.html").read_text(encoding="utf-8")
    (accepted,) = re.findall(r'accept="audio/\*,video/\*,([^"]*)"', page)
    assert accepted.split(",") == sorted(SUFFIXES)


def test_no_suffix_belongs_to_two_kinds():
    suffixes = [suffix for file_type in FILE_TYPES for suffix in file_type.suffixes]
    assert sorted(suffixes) == sorted(SUFFIXES)
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in suffixes)


@pytest.mark.parametrize(
    "encoding", {each.container: each for each in ENCODINGS}.values(), ids=lambda e: e.container
)
def test_a_file_without_a_suffix_is_found_by_its_bytes_and_decoded(
    encoding: random_encodings.Encoding, tmp_path: Path
):
    path = tmp_path / "recording"
    path.write_bytes(random_encodings.encode(encoding, encoding.rates[-1], 1, 0.0))
    assert is_audio_file(path)
    assert decode(path, MINUTE).seconds > 2


@pytest.mark.parametrize("name", ONE_SECOND)
def test_the_bytes_of_every_test_file_are_recognised(name: str):
    assert has_audio_magic(one_second(name)[:HEAD_BYTES])


@pytest.mark.parametrize(
    "head", [b"", b"text", b"%PDF-1.7", b"\xff\xfe<\0?\0x\0", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n"]
)
def test_other_bytes_are_no_audio(head: bytes):
    assert not has_audio_magic(head + bytes(HEAD_BYTES))


def test_in_a_folder_no_apple_double_file_fifo_or_source_code_is_audio(tmp_path: Path):
    for name in ("._a.wav", "a.ts", "b.txt", "noise"):
        (tmp_path / name).write_bytes(b"import { a } from './b';\n" * 40)
        assert not is_audio_file(tmp_path / name)
    os.mkfifo(tmp_path / "fifo.wav")
    assert not is_audio_file(tmp_path / "fifo.wav")
    (tmp_path / "A.MOV").touch()
    assert is_audio_file(tmp_path / "A.MOV")


@pytest.mark.parametrize(
    ("key", "expected"), [("._a.wav", True), ("x/._a.wav", True), ("._x/a.wav", False)]
)
def test_apple_double_files_are_known_by_their_name(key: str, expected: bool):
    assert file_types.is_apple_double(key) is expected


def test_every_audio_decoder_of_ffmpeg_is_allowed_or_refused_with_a_reason():
    def is_audio_decoder(name: str) -> bool:
        try:
            return Codec(name, "r").type == "audio"
        except UnknownCodecError:
            return False

    decoders = {name for name in codecs_available if is_audio_decoder(name)}
    refused = {name for names in ffmpeg_formats.REFUSED_CODECS.values() for name in names.split()}
    assert not refused & ffmpeg_formats.CODECS
    assert decoders - refused - ffmpeg_formats.CODECS == set()
