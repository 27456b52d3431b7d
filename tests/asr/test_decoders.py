import io
import random
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr import decoders
from asr.audio import Budget, decode
from asr.decoders import ffmpeg
from asr.decoders.block import BLOCK_SAMPLES
from asr.decoders.contents import Contents
from asr.errors import AsrError, EmptyAudioError, UnsupportedAudioError
from tests.asr import clips

MINUTE = Budget(max_seconds=60)
RATE = 16_000  # Hz

TEN_SECONDS: dict[str, Callable[[], bytes]] = {
    "wav": lambda: clips.sound_file(clips.sweep(RATE, 10), RATE),
    "flac": lambda: clips.sound_file(clips.sweep(RATE, 10), RATE, "FLAC"),
    "aiff": lambda: clips.sound_file(clips.sweep(RATE, 10), RATE, "AIFF"),
    "ogg/opus": lambda: clips.sound_file(clips.sweep(RATE, 10), RATE, "OGG", "OPUS"),
    "mp3": lambda: clips.mp3(clips.sweep(RATE, 10), RATE),
    "webm": lambda: clips.webm(clips.sweep(48_000, 10)),
    "fragmented mp4": lambda: clips.fragmented_mp4(clips.sweep(48_000, 10)),
    "adts": lambda: clips.container(clips.sweep(RATE, 10), RATE, "adts", "aac"),
    "mka": lambda: clips.container(clips.sweep(RATE, 10), RATE, "matroska", "flac", 4_608),
}
ONE_SECOND: dict[str, Callable[[], bytes]] = {
    "wav": lambda: clips.sound_file(clips.sweep(RATE), RATE),
    "float wav": lambda: clips.sound_file(clips.sweep(RATE), RATE, subtype="FLOAT"),
    "adpcm wav": lambda: clips.sound_file(clips.sweep(RATE), RATE, subtype="IMA_ADPCM"),
    "flac": lambda: clips.sound_file(clips.sweep(RATE), RATE, "FLAC"),
    "caf": lambda: clips.sound_file(clips.sweep(RATE), RATE, "CAF"),
    "ogg/vorbis": lambda: clips.sound_file(clips.sweep(RATE), RATE, "OGG", "VORBIS"),
    "ogg/opus": lambda: clips.sound_file(clips.sweep(RATE), RATE, "OGG", "OPUS"),
    "mp3": lambda: clips.mp3(clips.sweep(RATE), RATE),
    "webm": lambda: clips.webm(clips.sweep(48_000)),
    "m4a": lambda: clips.m4a(clips.sweep(44_100)),
    "fragmented mp4": lambda: clips.fragmented_mp4(clips.sweep(48_000)),
    "adts": lambda: clips.container(clips.sweep(RATE), RATE, "adts", "aac"),
}


@cache
def ten_seconds(name: str) -> bytes:
    return TEN_SECONDS[name]()


@cache
def one_second(name: str) -> bytes:
    return ONE_SECOND[name]()


# What is not audio


@cache
def not_audio() -> dict[str, bytes]:
    noise = random.Random(0).randbytes
    return {
        "text": b"The quick brown fox jumps over the lazy dog.\n" * 1_000,
        "html": b"<!doctype html><title>audio</title>" * 100,
        "subtitles": b"WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n",
        "subrip": b"1\n00:00:00,000 --> 00:00:01,000\nhello\n\n" * 50,
        "png": clips.png(),
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
        # Of which a packet decodes, while as many or twice as many fail.
        "noise like AAC": b"\xff\xf1\x50\x80" + random.Random(367).randbytes(10_000),
        "more noise like AAC": b"\xff\xf1" + random.Random(692).randbytes(10_000),
        "noise after an Ogg header": b"OggS" + noise(10_000),
        "noise after a FLAC header": b"fLaC" + noise(10_000),
        "a RIFF of nothing": b"RIFF\x24\0\0\0WAVE" + noise(10_000),
        "silent film": clips.video(1, None),
        "one byte": b"R",
        "half a signature": b"RIF",
    }


@pytest.mark.parametrize("clip", not_audio().values(), ids=not_audio().keys())
def test_what_is_not_audio_is_unsupported_and_never_noise(
    clip: bytes, capfd: pytest.CaptureFixture[str]
):
    with pytest.raises(UnsupportedAudioError):
        decode(clip, MINUTE)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{}'\n",
        "concat:{}",
        "file:{}",
        "{}",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
        '<?xml version="1.0"?><MPD><Period><AdaptationSet mimeType="audio/mp4"><Representation>'
        "<BaseURL>{}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    ],
)
def test_a_file_that_names_another_does_not_get_it_opened(
    playlist: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "secret.wav"
    path.write_bytes(one_second("wav"))
    for name in (path.name, path, path.as_uri()):
        with pytest.raises(UnsupportedAudioError):
            decode(playlist.format(name).encode(), MINUTE)


@settings(max_examples=100)
@given(noise=st.binary(min_size=1, max_size=3_000))
def test_random_bytes_are_unsupported(noise: bytes):
    with pytest.raises(UnsupportedAudioError):
        decode(noise, MINUTE)


# What is damaged


@pytest.mark.parametrize("name", TEN_SECONDS)
def test_of_a_file_cut_in_half_about_half_is_decoded(name: str):
    clip = ten_seconds(name)
    whole = decode(clip, MINUTE)
    half = decode(clip[: len(clip) // 2], MINUTE)
    assert whole.seconds == pytest.approx(10, abs=0.15)
    assert 3.9 < half.seconds < 6  # Ogg comes in pages of a second
    middle = slice(RATE, 3 * RATE)
    np.testing.assert_allclose(half.samples[middle], whole.samples[middle], rtol=0, atol=1e-4)


def test_a_flac_that_turns_into_noise_keeps_its_beginning():
    clip = bytearray(clips.sound_file(clips.sweep(RATE, 30), RATE, "FLAC"))
    whole = decode(bytes(clip), MINUTE).samples
    frames = [match.start() for match in re.finditer(rb"\xff\xf8\xc5", clip)]
    for start, end in pairwise(frames[20:]):
        clip[start + 10 : end] = random.Random(start).randbytes(end - start - 10)
    heard = decode(bytes(clip), MINUTE).samples
    assert len(heard) >= BLOCK_SAMPLES  # of frames[:20], the whole blocks
    np.testing.assert_array_equal(heard[:BLOCK_SAMPLES], whole[:BLOCK_SAMPLES])


def test_an_m4a_without_its_table_of_contents_is_unsupported():
    clip = clips.m4a(clips.sweep(44_100, 2))
    with pytest.raises(UnsupportedAudioError):
        decode(clip[: clip.index(b"moov") - 4], MINUTE)


@pytest.mark.parametrize("name", ONE_SECOND)
def test_of_a_file_cut_anywhere_comes_audio_or_an_error_of_the_list(name: str):
    clip = one_second(name)
    for length in [*range(1, 100, 7), *range(100, len(clip), len(clip) // 20)]:
        try:
            waveform = decode(clip[:length], MINUTE)
        except AsrError:
            continue
        assert 0 < waveform.seconds < 1.2


@pytest.mark.parametrize("damage", [1, 50, 2_000])
@pytest.mark.parametrize("name", ["wav", "flac", "ogg/opus", "mp3", "webm", "adts"])
def test_after_damage_in_the_middle_decoding_goes_on(name: str, damage: int):
    clip = bytearray(ten_seconds(name))
    middle = slice(len(clip) // 2, len(clip) // 2 + damage)
    clip[middle] = bytes(255 - byte for byte in clip[middle])
    whole, heard = decode(ten_seconds(name), MINUTE), decode(bytes(clip), MINUTE)
    assert heard.seconds > 7.9  # an Ogg page of a second is lost as a whole
    start = slice(RATE, 3 * RATE)
    np.testing.assert_allclose(heard.samples[start], whole.samples[start], rtol=0, atol=1e-4)
    last, end = whole.samples[-RATE // 2 - 2_000 : -2_000], heard.samples[-RATE // 2 - 4_000 :]
    likeness = np.correlate(end, last) / np.linalg.norm(last) ** 2
    assert likeness.max() > 0.9


@settings(max_examples=300)
@given(
    name=st.sampled_from(sorted(ONE_SECOND)),
    place=st.floats(0, 1, exclude_max=True),
    removed=st.integers(0, 300),
    inserted=st.binary(max_size=300),
)
def test_damage_gives_audio_or_an_error_of_the_list(
    name: str, place: float, removed: int, inserted: bytes
):
    clip = one_second(name)
    start = int(place**2 * len(clip))  # headers oftener than samples
    damaged = clip[:start] + inserted + clip[start + removed :]
    try:
        waveform = decode(damaged, MINUTE)
    except AsrError:
        return
    assert len(waveform.samples)
    assert np.abs(waveform.samples).max() <= 1


# Headers that lie, or say nothing


def test_a_wav_that_claims_4_gigabytes_gives_what_it_has():
    clip = clips.wav_that_claims(one_second("wav"), 2**32 - 1)
    assert decode(clip, MINUTE).seconds == 1


def test_a_wav_that_was_never_finished_gives_what_it_has():
    clip = clips.wav_that_claims(one_second("wav"), 0)
    assert decode(clip, MINUTE).seconds == 1


@pytest.mark.parametrize("frames", [0, 16_001, 2**36 - 1])
def test_a_flac_that_does_not_know_its_length_gives_what_it_has(frames: int):
    clip = clips.flac_that_claims(ten_seconds("flac"), frames=frames)
    whole = decode(ten_seconds("flac"), MINUTE).samples
    heard = decode(clip, MINUTE).samples
    np.testing.assert_array_equal(heard, whole[:16_001] if frames == 16_001 else whole)


def test_a_flac_of_655_350_hz_is_refused():
    clip = clips.flac_that_claims(one_second("flac"), rate=655_350)
    with pytest.raises(UnsupportedAudioError, match="655,350 Hz; from 8,000 to 192,000 Hz"):
        decode(clip, MINUTE)


@pytest.mark.parametrize(
    "encode",
    [
        lambda frames: clips.sound_file(frames, RATE),
        lambda frames: clips.container(frames, RATE, "matroska", "pcm_s16le"),
    ],
)
def test_more_than_eight_channels_are_refused(encode: Callable[[clips.Frames], bytes]):
    with pytest.raises(UnsupportedAudioError, match="16 channels; from 1 to 8"):
        decode(encode(clips.sweep(RATE, 0.2, channels=16)), MINUTE)


@pytest.mark.parametrize("format", ["WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF"])
def test_a_header_with_no_samples_is_empty(format: str):
    with pytest.raises(EmptyAudioError):
        decode(clips.sound_file(clips.tone(440, RATE, 0), RATE, format), MINUTE)


def test_a_header_whose_samples_did_not_arrive_is_unsupported():
    g726 = clips.container(clips.sweep(8_000), 8_000, "wav", "adpcm_g726")
    for header in (ten_seconds("flac")[:42], g726[: g726.index(b"data") + 8]):
        with pytest.raises(UnsupportedAudioError):
            decode(header, MINUTE)


def test_a_header_that_points_before_the_beginning_of_the_file_leaves_the_log_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    clip = ten_seconds("aiff").replace(b"SSND", b"XXXX")  # libsndfile then seeks to -1
    path = tmp_path / "clip"
    path.write_bytes(clip)
    for source in (clip, path):
        with pytest.raises(UnsupportedAudioError):
            decode(source, MINUTE)
    assert capfd.readouterr() == ("", "")


def test_a_packet_may_decode_to_so_many_samples_and_no_more():
    long = clips.tone(440, RATE, 20)
    clip = clips.container(long, RATE, "matroska", "pcm_s16le", frame_size=2**18)
    assert decode(clip, MINUTE).seconds == 20
    clip = clips.container(long, RATE, "matroska", "pcm_s16le", frame_size=2**18 + 1)
    with pytest.raises(UnsupportedAudioError):
        decode(clip, MINUTE)


def test_a_codec_that_is_not_on_the_list_is_not_opened():
    with pytest.raises(UnsupportedAudioError):
        decode(clips.container(clips.tone(440, RATE, 1), RATE, "matroska", "tta"), MINUTE)


# What changes on the way, and what comes along


def test_rate_and_channels_may_change_in_mid_stream():
    first = clips.container(clips.sweep(44_100, 2), 44_100, "adts", "aac")
    second = clips.container(clips.sweep(22_050, 2, channels=2), 22_050, "adts", "aac")
    blocks = list(decoders.blocks(io.BytesIO(first + second)))
    assert [(block.rate, block.frames.shape[1]) for block in blocks] == [
        (44_100, 1),
        (44_100, 1),
        (22_050, 2),
        (22_050, 2),
    ]
    both = decode(first, MINUTE).seconds + decode(second, MINUTE).seconds
    assert decode(first + second, MINUTE).seconds == pytest.approx(both, abs=0.1)


def test_an_ogg_stream_that_turns_up_late_is_left_out():
    vorbis = clips.sound_file(clips.sweep(RATE, 2, channels=2), RATE, "OGG", "VORBIS")
    opus = clips.sound_file(clips.sweep(RATE, 2), RATE, "OGG", "OPUS")
    second_page = vorbis.index(b"OggS", 4)
    clip = vorbis + vorbis[:second_page] + opus + vorbis[second_page:]
    contents = Contents(io.BytesIO(clip))
    assert sum(len(block.frames) for block in ffmpeg.blocks(contents)) >= 2 * RATE


def test_two_mp3_files_in_one_are_both_decoded():
    clip = ten_seconds("mp3")
    assert decode(clip + clip, MINUTE).seconds == pytest.approx(20, abs=0.2)


def test_of_a_film_the_sound_is_decoded():
    waveform = decode(clips.video(2, clips.tone(440, 48_000, 2)), MINUTE)
    spectrum = np.abs(np.fft.rfft(waveform.samples[:RATE]))
    assert waveform.seconds == pytest.approx(2, abs=0.1)
    assert np.argmax(spectrum) == 440


def test_valid_mp3_leaves_the_log_alone(capfd: pytest.CaptureFixture[str]):
    noise = np.random.default_rng(0).normal(0, 0.2, (5 * RATE, 1)).astype(np.float32)
    clip = clips.sound_file(noise, RATE, "MP3")
    capfd.readouterr()
    assert decode(clip, MINUTE).seconds == 5
    assert capfd.readouterr() == ("", "")


def test_pcm_flac_and_ogg_do_without_ffmpeg(tmp_path: Path):
    path = tmp_path / "clip"
    program = (
        "import pathlib, sys; from asr import audio;"
        "audio.decode(pathlib.Path(sys.argv[1]), audio.Budget(60));"
        "print('av' in sys.modules)"
    )

    def needs_ffmpeg(clip: bytes) -> str:
        path.write_bytes(clip)
        run = [sys.executable, "-c", program, str(path)]
        environment = {"PYTHONPATH": str(Path(decoders.__file__).parents[2])}
        return subprocess.run(
            run, check=True, capture_output=True, text=True, env=environment
        ).stdout.strip()

    endless = clips.flac_that_claims(one_second("flac"), frames=0)  # as browsers encode it
    for clip in (one_second("wav"), one_second("flac"), endless, one_second("ogg/opus")):
        assert needs_ffmpeg(clip) == "False"
    assert needs_ffmpeg(one_second("webm")) == "True"


# Files that fail


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


@pytest.mark.parametrize("name", TEN_SECONDS)
def test_a_header_announces_how_long_it_is_or_nothing(name):
    announced = decoders.announced_seconds(io.BytesIO(ten_seconds(name)))
    if name in {"mp3", "adts", "webm"}:  # a guess at best, or not known when it was written
        assert announced is None
    else:
        assert announced == pytest.approx(10, abs=0.05)


@pytest.mark.parametrize("content", [b"", b"not audio", clips.png(), b"RIFF but no more", b"OggS"])
def test_what_is_no_audio_announces_nothing(content):
    assert decoders.announced_seconds(io.BytesIO(content)) is None


def test_a_wav_file_cannot_announce_more_than_it_can_hold():
    streamed = clips.wav_that_claims(ten_seconds("wav"), 0xFFFFFFFF)
    assert decoders.announced_seconds(io.BytesIO(streamed)) == pytest.approx(10, abs=0.05)


def test_a_flac_file_that_leaves_its_length_out_announces_nothing():
    streamed = clips.flac_that_claims(ten_seconds("flac"), frames=0)
    assert decoders.announced_seconds(io.BytesIO(streamed)) is None


def test_a_file_that_cannot_be_read_announces_no_length_but_fails():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        decoders.announced_seconds(Broken(b"RIFF"))
