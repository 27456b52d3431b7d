import io
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.audio import header, readers
from asr.audio.audio import decode
from asr.errors import AsrError, UnsupportedAudioError
from tests.support import audio_clips
from tests.support.audio_files import (
    MINUTE,
    ONE_SECOND,
    RATE,
    TEN_SECONDS,
    one_second,
    ten_seconds,
)


@cache
def not_audio() -> dict[str, bytes]:
    noise = random.Random(0).randbytes
    return {
        "text": b"The quick brown fox jumps over the lazy dog.\n" * 1_000,
        "html": b"<!doctype html><title>audio</title>" * 100,
        "subtitles": b"WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n",
        "subrip": b"1\n00:00:00,000 --> 00:00:01,000\nhello\n\n" * 50,
        "png": audio_clips.png(),
        "gif": b"GIF89a\x08\0\x08\0\x80\0\0\0\0\0\xff\xff\xff" + bytes(100),
        "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + noise(20_000),
        "bitmap": b"BM" + bytes(1_000),
        "webp": b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0" + bytes(24),
        "pdf": b"%PDF-1.7\n" + b"1 0 obj << >> endobj\n" * 200,
        "zip": b"PK\x03\x04" + noise(20_000),
        "gzip": b"\x1f\x8b\x08" + noise(20_000),
        "zeros": bytes(50_000),
        "ones": b"\xff" * 50_000,
        "noise": noise(100_000),
        "noise after an MP3 header": b"\xff\xfb\x90\x00" + noise(100_000),
        "noise after an ID3 tag": b"ID3\x04\0\0\0\0\0\x0a" + noise(100_000),
        "noise after an AAC header": b"\xff\xf1\x50\x80" + noise(300_000),
        # One packet decodes, and as many or twice as many fail.
        "noise like AAC": b"\xff\xf1\x50\x80" + random.Random(367).randbytes(10_000),
        "more noise like AAC": b"\xff\xf1" + random.Random(692).randbytes(10_000),
        "noise after an Ogg header": b"OggS" + noise(10_000),
        "noise after a FLAC header": b"fLaC" + noise(10_000),
        "a RIFF of nothing": b"RIFF\x24\0\0\0WAVE" + noise(10_000),
        "silent video": audio_clips.video(1, None),
        "one byte": b"R",
        "half a signature": b"RIF",
    }


@pytest.mark.parametrize("clip", not_audio().values(), ids=not_audio().keys())
def test_other_files_than_audio_are_unsupported_and_print_no_warnings(
    clip: bytes, capfd: pytest.CaptureFixture[str]
):
    with pytest.raises(UnsupportedAudioError):
        decode(clip, MINUTE)
    assert capfd.readouterr() == ("", "")


@settings(max_examples=100)
@given(noise=st.binary(min_size=1, max_size=3_000))
def test_random_bytes_are_unsupported(noise: bytes):
    with pytest.raises(UnsupportedAudioError):
        decode(noise, MINUTE)


@pytest.mark.parametrize("name", TEN_SECONDS)
def test_about_half_of_a_file_truncated_in_the_middle_is_decoded(name: str):
    clip = ten_seconds(name)
    whole = decode(clip, MINUTE)
    half = decode(clip[: len(clip) // 2], MINUTE)
    assert whole.seconds == pytest.approx(10, abs=0.15)
    assert 3.9 < half.seconds < 6  # Ogg comes in pages of a second
    middle = slice(RATE, 3 * RATE)
    np.testing.assert_allclose(half.samples[middle], whole.samples[middle], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ONE_SECOND)
def test_a_file_truncated_anywhere_gives_audio_or_an_asr_error(name: str):
    clip = one_second(name)
    for length in [*range(1, 100, 7), *range(100, len(clip), len(clip) // 20)]:
        try:
            waveform = decode(clip[:length], MINUTE)
        except AsrError:
            continue
        assert 0 < waveform.seconds < 1.2


@pytest.mark.parametrize("damage", [1, 50, 2_000])
@pytest.mark.parametrize("name", ["wav", "flac", "ogg/opus", "mp3", "webm", "adts"])
def test_decoding_continues_after_damage_in_the_middle(name: str, damage: int):
    clip = bytearray(ten_seconds(name))
    middle = slice(len(clip) // 2, len(clip) // 2 + damage)
    clip[middle] = bytes(255 - byte for byte in clip[middle])
    whole, decoded = decode(ten_seconds(name), MINUTE), decode(bytes(clip), MINUTE)
    assert decoded.seconds > 7.9  # a whole Ogg page of a second is lost
    start = slice(RATE, 3 * RATE)
    np.testing.assert_allclose(decoded.samples[start], whole.samples[start], rtol=0, atol=1e-4)
    last, end = whole.samples[-RATE // 2 - 2_000 : -2_000], decoded.samples[-RATE // 2 - 4_000 :]
    correlation = np.correlate(end, last) / np.linalg.norm(last) ** 2
    assert correlation.max() > 0.9


@settings(max_examples=300)
@given(
    name=st.sampled_from(sorted(ONE_SECOND)),
    place=st.floats(0, 1, exclude_max=True),
    removed=st.integers(0, 300),
    inserted=st.binary(max_size=300),
)
def test_damage_gives_audio_or_an_asr_error(name: str, place: float, removed: int, inserted: bytes):
    clip = one_second(name)
    start = int(place**2 * len(clip))  # headers more often than samples
    damaged = clip[:start] + inserted + clip[start + removed :]
    try:
        waveform = decode(damaged, MINUTE)
    except AsrError:
        return
    assert len(waveform.samples)
    assert np.abs(waveform.samples).max() <= 1


def test_a_header_without_its_samples_is_unsupported():
    g726 = audio_clips.container(audio_clips.sweep(8_000), 8_000, "wav", "adpcm_g726")
    for start in (ten_seconds("flac")[:42], g726[: g726.index(b"data") + 8]):
        with pytest.raises(UnsupportedAudioError):
            decode(start, MINUTE)


def test_pcm_flac_and_ogg_are_decoded_without_ffmpeg(tmp_path: Path):
    path = tmp_path / "clip"
    program = (
        "import pathlib, sys; from asr.audio import audio;"
        "audio.decode(pathlib.Path(sys.argv[1]), audio.Budget(60));"
        "print('av' in sys.modules)"
    )

    def imports_ffmpeg(clip: bytes) -> str:
        path.write_bytes(clip)
        run = [sys.executable, "-c", program, str(path)]
        environment = {"PYTHONPATH": str(Path(readers.__file__).parents[2])}
        return subprocess.run(
            run, check=True, capture_output=True, text=True, env=environment
        ).stdout.strip()

    endless = audio_clips.flac_with_header(one_second("flac"), frames=0)  # as browsers encode it
    for clip in (one_second("wav"), one_second("flac"), endless, one_second("ogg/opus")):
        assert imports_ffmpeg(clip) == "False"
    assert imports_ffmpeg(one_second("webm")) == "True"


@pytest.mark.parametrize("name", TEN_SECONDS)
def test_the_header_duration_is_that_of_the_file_or_none(name):
    duration = header.header_duration(io.BytesIO(ten_seconds(name)))
    if name in {"mp3", "adts", "webm"}:  # an estimate, or unknown at the time of writing
        assert duration is None
    else:
        assert duration == pytest.approx(10, abs=0.05)


@pytest.mark.parametrize(
    "content", [b"", b"not audio", audio_clips.png(), b"RIFF but no more", b"OggS"]
)
def test_other_files_than_audio_have_no_header_duration(content):
    assert header.header_duration(io.BytesIO(content)) is None
