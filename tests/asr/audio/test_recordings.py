"""Situations of public bug reports, each made from the samples, and their relatives."""

import os
import threading
from pathlib import Path
from random import Random

import numpy as np
import pytest

from asr.audio.audio import SAMPLE_RATE, Waveform, decode, stream_channels
from asr.errors import MalformedRequestError, UnsupportedAudioError
from tests.support import audio_clips, random_encodings, recordings
from tests.support.audio_files import MINUTE
from tests.support.recordings import ID3, encode, float_wav, hello, lag_of, seven

HELLO, SEVEN = hello(), seven()
HELLO_SECONDS = len(HELLO) / SAMPLE_RATE


def codes(waveform: Waveform) -> list[str]:
    return [warning.code for warning in waveform.warnings]


def assert_reads(clip: bytes, *warnings: str, hello_at: float = 0.0, error: float = 0.03) -> None:
    """Check where the sample hello is in a recording, and the codes of its warnings."""
    waveform = decode(clip, MINUTE)
    assert lag_of(waveform.samples, HELLO) == pytest.approx(hello_at, abs=error)
    assert codes(waveform) == list(warnings)


def assert_reads_both(clip: bytes, *warnings: str) -> None:
    """Check that a recording is the sample hello, then seven."""
    waveform = decode(clip, MINUTE)
    assert lag_of(waveform.samples, HELLO) == pytest.approx(0, abs=0.03)
    assert lag_of(waveform.samples, SEVEN) == pytest.approx(HELLO_SECONDS, abs=0.08)
    assert codes(waveform) == list(warnings)


# All of the audio


@pytest.mark.parametrize("second", ["VORBIS", "OPUS"])
@pytest.mark.parametrize("first", ["VORBIS", "OPUS"])
@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (48_000, 2)])
def test_all_links_of_chained_ogg_are_read(first: str, second: str, rate: int, channels: int):
    chain = encode(HELLO, "OGG", first) + encode(SEVEN, "OGG", second, rate, channels)
    assert_reads_both(chain)


def test_all_links_of_chained_ogg_flac_are_read():
    link = audio_clips.container(recordings.frames(HELLO), SAMPLE_RATE, "ogg", "flac", 4608)
    other = recordings.frames(SEVEN, 48_000, 2)
    assert_reads_both(link + audio_clips.container(other, 48_000, "ogg", "flac", 4608))


@pytest.mark.parametrize("between", [b"", ID3, bytes(1)])
@pytest.mark.parametrize("second", ["WAV", "FLAC", "AIFF"])
@pytest.mark.parametrize("first", ["WAV", "AIFF", "AU"])
def test_files_after_one_another_are_both_read(first: str, second: str, between: bytes):
    assert_reads_both(encode(HELLO, first) + between + encode(SEVEN, second, "", 44_100, 2))


def test_concatenated_flac_of_another_rate_is_read():
    assert_reads_both(encode(HELLO, "FLAC") + encode(SEVEN, "FLAC", "", 44_100, 2))


@pytest.mark.parametrize("between", [b"", ID3])
def test_concatenated_mp3_is_read(between: bytes):
    first, second = (audio_clips.mp3(recordings.frames(x, 44_100), 44_100) for x in (HELLO, SEVEN))
    assert_reads_both(first + between + second, "damaged")  # a packet at the seam


@pytest.mark.parametrize("encoder", [audio_clips.m4a, audio_clips.webm])
def test_concatenated_containers_are_read(encoder):
    rate = 44_100 if encoder is audio_clips.m4a else 48_000
    first, second = (encoder(recordings.frames(x, rate)) for x in (HELLO, SEVEN))
    assert_reads_both(first + second)


@pytest.mark.parametrize("size", [32_000, 0, 2**32 - 1, 2**31 - 1])
def test_a_wav_with_stale_sizes_is_read_to_its_end(size: int):
    assert_reads(recordings.with_data_size(encode(HELLO, "WAV"), size))


def test_bytes_after_a_wav_that_are_no_samples_are_left_out_with_a_warning():
    wav = encode(HELLO, "WAV")
    for junk in (Random(0).randbytes(50_000), b"Lorem ipsum dolor sit amet. " * 1_000):
        assert_reads(wav + junk, "unread")
        assert decode(wav + junk, MINUTE).seconds == HELLO_SECONDS
    for tag in (b"TAG" + bytes(125), ID3, b"LIST\x04\0\0\0abcd", bytes(1_000)):
        assert_reads(wav + tag)


@pytest.mark.parametrize("format", ["WAV", "FLAC", "AIFF", "CAF"])
def test_a_tag_before_the_header_is_skipped(format: str):
    assert_reads(ID3 + encode(HELLO, format))
    assert_reads(ID3 + ID3 + encode(HELLO, format))


@pytest.mark.parametrize("junk", [b"junk" * 100, bytes(1_000), b"\r\n"])
def test_junk_before_the_header_is_skipped_with_a_warning(junk: bytes):
    assert_reads(junk + encode(HELLO, "WAV"), "unread")


def test_chunks_of_odd_size_are_read_with_and_without_padding():
    wav = encode(HELLO, "WAV")
    for chunk in (b"note\x03\0\0\0abc\0", b"note\x03\0\0\0abc"):
        assert_reads(wav[:36] + chunk + wav[36:])


@pytest.mark.parametrize(
    "format",
    ["WAV", "RF64", "AIFF", "AU", "CAF", "W64", "NIST", "FLAC", "mp3", "ogg", "mkv", "mp4"],
)
def test_a_truncated_file_gives_its_beginning_and_a_warning(format: str):
    if format == "mp3":
        clip = audio_clips.mp3(recordings.frames(HELLO, 44_100), 44_100)
    elif format == "mkv":
        clip = audio_clips.container(
            recordings.frames(HELLO), SAMPLE_RATE, "matroska", "flac", 4_608
        )
    elif format == "mp4":
        clip = audio_clips.fragmented_mp4(recordings.frames(HELLO, 48_000))
    else:
        clip = encode(HELLO, *(("OGG", "OPUS") if format == "ogg" else (format, "")))
    waveform = decode(clip[: len(clip) // 2], MINUTE)
    assert "truncated" in codes(waveform)
    start = waveform.samples[: SAMPLE_RATE // 2]
    assert 0.5 < waveform.seconds < 0.7 * HELLO_SECONDS
    assert lag_of(start, HELLO[: len(start)]) == pytest.approx(0, abs=0.03)
    assert "truncated" not in codes(decode(clip, MINUTE))


def test_a_fifo_is_read_like_a_file(tmp_path: Path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    clip = encode(HELLO, "WAV")
    writer = threading.Thread(target=path.write_bytes, args=(clip,))
    writer.start()
    waveform = decode(path, MINUTE)
    writer.join()
    np.testing.assert_array_equal(waveform.samples, decode(clip, MINUTE).samples)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "ULAW"])
def test_sphere_of_every_width_is_read(subtype: str):
    assert_reads(encode(HELLO, "NIST", subtype))


# The timeline

CONTAINERS = [
    ("mp4", "aac", 1024),
    ("mov", "aac", 1024),
    ("matroska", "libopus", 960),
    ("mpegts", "aac", 1024),
    ("mpeg", "mp2", 1152),
]


@pytest.mark.parametrize(("format", "codec", "frame"), CONTAINERS)
def test_sound_that_starts_late_beside_a_video_is_late(format: str, codec: str, frame: int):
    clip = recordings.with_times(HELLO, [(0, 2)], format, codec, frame, video_seconds=5)
    assert_reads(clip, hello_at=2)


@pytest.mark.parametrize(("format", "codec", "frame"), [*CONTAINERS, ("nut", "pcm_s16le", 960)])
def test_a_gap_of_the_timestamps_becomes_silence(format: str, codec: str, frame: int):
    clip = recordings.with_times(HELLO, [(0, 0), (1.2, 4.2)], format, codec, frame)
    waveform = decode(clip, MINUTE)
    assert codes(waveform) == ["gap"]
    assert waveform.seconds == pytest.approx(HELLO_SECONDS + 3, abs=0.05)
    end = HELLO[round(1.5 * SAMPLE_RATE) :]
    assert lag_of(waveform.samples, end) == pytest.approx(4.5, abs=0.05)
    assert not waveform.samples[2 * SAMPLE_RATE : 4 * SAMPLE_RATE].any()


def test_a_gap_beyond_the_budget_is_left_out():
    clip = recordings.with_times(HELLO, [(0, 0), (1.2, 5_000)], "matroska", "libopus")
    waveform = decode(clip, MINUTE)
    assert codes(waveform) == ["gap"]
    assert "left out" in waveform.warnings[0].detail
    assert waveform.seconds == pytest.approx(HELLO_SECONDS, abs=0.05)


def test_packets_that_were_not_sent_are_silence():
    """Discontinuous transmission: three of ten packets of 20 ms are missing."""
    clip = recordings.with_times(
        HELLO, [(k / 5, k / 5 + 0.3 * k) for k in range(12)], "webm", "libopus"
    )
    assert decode(clip, MINUTE).seconds == pytest.approx(HELLO_SECONDS + 3.3, abs=0.15)


# The right track


def test_the_default_track_is_read_before_a_commentary():
    clip = recordings.two_tracks(SEVEN, HELLO, ("comment", "default"))
    assert_reads(clip, "second_track")
    waveform = decode(clip, MINUTE, track=1)
    assert lag_of(waveform.samples, SEVEN) == pytest.approx(0, abs=0.03)
    assert waveform.warnings == ()


def test_a_commentary_is_not_read_even_if_it_is_the_default():
    clip = recordings.two_tracks(SEVEN, HELLO, ("visual_impaired", "original"))
    assert_reads(clip, "second_track")


def test_a_track_that_does_not_exist_is_named_with_the_choice():
    clip = recordings.two_tracks(SEVEN, HELLO)
    with pytest.raises(MalformedRequestError, match="2 sound tracks: choose from 1 to 2"):
        decode(clip, MINUTE, track=3)
    with pytest.raises(MalformedRequestError, match="track is 2, but the file has 1 sound track"):
        decode(encode(HELLO, "WAV"), MINUTE, track=2)


def test_a_video_without_sound_says_so():
    with pytest.raises(UnsupportedAudioError, match="a video without a sound track"):
        decode(audio_clips.video(1, None), MINUTE)


# Level and channels

NOISE = np.random.default_rng(0).normal(0, 0.01, (2, len(HELLO))).astype(np.float32)
SECOND_HALF = np.where(np.arange(len(HELLO)) < len(HELLO) // 2, 1, -1).astype(np.float32)


@pytest.mark.parametrize(
    "channels",
    [
        [HELLO, -HELLO],
        [HELLO, -0.7 * HELLO],
        [0.3 * HELLO, -HELLO],
        [HELLO + NOISE[0], -HELLO + NOISE[1]],
        [HELLO, -HELLO, HELLO, -HELLO],
        [HELLO, HELLO, -HELLO, -HELLO],
        [HELLO, -HELLO, 0.5 * HELLO, -0.3 * HELLO],
        [HELLO, SECOND_HALF * HELLO],
        [HELLO + 0.2, 0.2 - HELLO],
    ],
)
def test_channels_in_anti_phase_do_not_cancel(channels: list[np.ndarray]):
    waveform = decode(float_wav(*channels), MINUTE)
    assert codes(waveform) == ["downmix_cancelled"]
    found = waveform.samples - waveform.samples.mean()
    correlation = found @ HELLO / np.linalg.norm(found) / np.linalg.norm(HELLO)
    assert abs(correlation) > 0.95
    assert np.abs(found).max() > 0.2 * np.abs(HELLO).max()


@pytest.mark.parametrize(
    ("format", "codec", "frame"),
    [("mp3", "libmp3lame", 1152), ("mp4", "aac", 1024), ("webm", "libopus", 960)],
)
def test_what_a_codec_leaves_of_anti_phase_does_not_cancel(format: str, codec: str, frame: int):
    stereo = recordings.frames(HELLO, 48_000, 2) * np.array([1, -1], np.float32)
    clip = audio_clips.container(stereo, 48_000, format, codec, frame)
    assert_reads(clip, "downmix_cancelled")


def test_independent_channels_keep_their_polarity():
    other = np.pad(SEVEN, (5_000, len(HELLO) - len(SEVEN) - 5_000))
    waveform = decode(float_wav(HELLO, other), MINUTE)
    np.testing.assert_allclose(waveform.samples, (HELLO + other) / 2, atol=1e-6)
    assert waveform.warnings == ()


@pytest.mark.parametrize("gain", [10 ** (-60 / 20), 0.1, 1.0, 10 ** (18 / 20), 2.0**15, 2.0**31])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_float_samples_of_any_scale_keep_their_shape(gain: float, subtype: str):
    clip = audio_clips.sound_file(HELLO[:, None] * gain, SAMPLE_RATE, subtype=subtype)
    waveform = decode(clip, MINUTE)
    scale = np.abs(waveform.samples).max() / np.abs(HELLO).max()
    np.testing.assert_allclose(waveform.samples, HELLO * scale, atol=1e-6)
    assert waveform.warnings == ()
    assert np.abs(waveform.samples).max() <= 1


def test_a_clipped_recording_is_told():
    clip = encode(np.clip(HELLO * 20, -1, 1), "WAV")
    assert codes(decode(clip, MINUTE)) == ["clipped"]


def test_channels_can_be_had_separately():
    padded = np.pad(SEVEN, (0, len(HELLO) - len(SEVEN)))
    channels = np.concatenate(list(stream_channels(float_wav(HELLO, padded), MINUTE)))
    np.testing.assert_array_equal(channels, np.stack([HELLO, padded], axis=1))


# Random encodings


@pytest.mark.parametrize("seed", range(24))
def test_a_random_encoding_is_decoded_in_phase(seed: int):
    drawn = random_encodings.draw(Random(10_000 + seed))
    assert random_encodings.check(*drawn) > random_encodings.MIN_CORRELATION, drawn
