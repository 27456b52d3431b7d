import gc
import io
import math
import os
import tracemalloc
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import BinaryIO, cast
from unittest.mock import patch

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from asr.audio import audio, sndfile, source
from asr.audio.audio import (
    SAMPLE_RATE,
    Budget,
    Waveform,
    decode,
    stream,
)
from asr.errors import EmptyAudioError, TooLargeError, TooLongError, UnsupportedAudioError
from tests.support import audio_clips

MINUTE = Budget(max_seconds=60)


def assert_is_the_sweep(
    waveform: Waveform, seconds: float = 1, error: float = 0.01, shift: int = 0, longer: int = 1
) -> None:
    """Compare with `audio_clips.sweep` at 16 kHz.

    `error` is the maximum RMS of the difference relative to the sweep's. The waveform may be early
    or late by `shift` samples and longer by `longer`, the delay and padding of codecs.
    """
    ideal = audio_clips.sweep(SAMPLE_RATE, seconds)[:, 0]
    longer_by = len(waveform.samples) - len(ideal)
    assert -1 <= longer_by <= longer
    padded = np.pad(waveform.samples, (shift, shift + max(0, -longer_by)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(ideal))[: 2 * shift + 1]
    differences = (np.linalg.norm(window - ideal) for window in windows)
    assert min(differences) < error * np.linalg.norm(ideal)


@pytest.mark.parametrize("channels", range(1, 9))
@pytest.mark.parametrize(
    "rate", [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000]
)
@pytest.mark.parametrize("format", ["WAV", "FLAC"])
def test_pcm_of_every_rate_and_number_of_channels_is_decoded(format: str, rate: int, channels: int):
    clip = audio_clips.sound_file(audio_clips.sweep(rate, 0.25, channels), rate, format)
    assert_is_the_sweep(decode(clip, MINUTE), seconds=0.25)


@pytest.mark.parametrize("rate", [16_000, 44_100])
@pytest.mark.parametrize(
    ("format", "subtype", "error"),
    [
        ("WAV", "PCM_U8", 0.02),
        ("WAV", "PCM_16", 0.01),
        ("WAV", "PCM_24", 0.01),
        ("WAV", "PCM_32", 0.01),
        ("WAV", "FLOAT", 0.01),
        ("WAV", "DOUBLE", 0.01),
        ("WAV", "ULAW", 0.05),
        ("WAV", "ALAW", 0.05),
        ("WAV", "IMA_ADPCM", 0.1),
        ("WAV", "MS_ADPCM", 0.1),
        ("WAVEX", "PCM_24", 0.01),
        ("RF64", "PCM_16", 0.01),
        ("W64", "PCM_16", 0.01),
        ("FLAC", "PCM_S8", 0.02),
        ("FLAC", "PCM_24", 0.01),
        ("AIFF", "PCM_16", 0.01),
        ("AU", "PCM_16", 0.01),
        ("CAF", "PCM_16", 0.01),
        ("CAF", "ALAC_16", 0.01),
        ("NIST", "PCM_16", 0.01),
        ("VOC", "PCM_16", 0.01),
    ],
)
def test_every_sample_format_is_decoded(format: str, subtype: str, error: float, rate: int):
    clip = audio_clips.sound_file(audio_clips.sweep(rate), rate, format, subtype)
    waveform = decode(clip, MINUTE)
    assert_is_the_sweep(waveform, error=error, longer=1200 if "ADPCM" in subtype else 1)


def container(
    format: str, codec: str, frame_size: int = audio_clips.AAC_FRAME
) -> Callable[[audio_clips.Frames, int], bytes]:
    return partial(audio_clips.container, format=format, codec=codec, frame_size=frame_size)


@pytest.mark.parametrize(
    ("encode", "rates", "channels", "error"),
    [
        (
            partial(audio_clips.sound_file, format="OGG", subtype="VORBIS"),
            (8_000, 16_000, 44_100, 48_000),
            (1, 2, 8),
            0.1,
        ),
        (
            partial(audio_clips.sound_file, format="OGG", subtype="OPUS"),
            (8_000, 12_000, 16_000, 24_000, 48_000),
            (1, 2, 8),
            0.3,
        ),
        (container("ogg", "flac", 4_608), (48_000,), (1,), 0.01),
        (audio_clips.mp3, (8_000, 11_025, 16_000, 22_050, 44_100, 48_000), (1, 2), 0.15),
        (audio_clips.webm, (48_000,), (1, 2, 5, 8), 0.1),
        (audio_clips.m4a, (8_000, 16_000, 44_100, 48_000, 96_000), (1, 2), 0.1),
        (container("ipod", "alac", 4_096), (44_100,), (1, 2), 0.01),
        (container("matroska", "flac", 4_608), (48_000,), (1, 2, 6, 8), 0.01),
        (container("mov", "pcm_s24be"), (192_000,), (1,), 0.01),
        (container("wav", "adpcm_g726"), (8_000,), (1,), 0.05),  # unknown to libsndfile
    ],
)
def test_formats_of_browsers_phones_and_recorders_are_decoded(
    encode: Callable[[audio_clips.Frames, int], bytes],
    rates: tuple[int, ...],
    channels: tuple[int, ...],
    error: float,
):
    for rate, count in product(rates, channels):
        waveform = decode(encode(audio_clips.sweep(rate, channels=count), rate), MINUTE)
        # Codecs may fill their last block: 1,152 samples of 8 kHz at most.
        assert_is_the_sweep(waveform, error=error, shift=1, longer=2_304)


@pytest.mark.parametrize(
    ("encode", "rate"),
    [
        (audio_clips.fragmented_mp4, 48_000),
        (container("adts", "aac"), 44_100),
        (container("avi", "libmp3lame", audio_clips.MP3_FRAME), 44_100),
        (container("amr", "libopencore_amrnb", audio_clips.AMR_FRAME), 8_000),
    ],
)
def test_formats_without_a_stated_encoder_delay_are_decoded(
    encode: Callable[[audio_clips.Frames, int], bytes], rate: int
):
    waveform = decode(encode(audio_clips.sweep(rate), rate), MINUTE)
    # Half a sample of delay alone makes a difference of 0.34 at 3 kHz.
    assert_is_the_sweep(waveform, error=0.4, shift=1_024, longer=1_024)


@settings(max_examples=40)
@given(samples=st.lists(st.integers(-(2**15), 2**15 - 1), min_size=1, max_size=100))
def test_16_bit_samples_at_16_khz_are_decoded_exactly(samples: list[int]):
    pcm = np.array(samples, np.int16)
    clip = audio_clips.sound_file((pcm / np.float32(2**15))[:, None], SAMPLE_RATE)
    assert (decode(clip, MINUTE).samples * 2**15).tolist() == samples


@settings(max_examples=40)
@given(
    frames=st.integers(12, 30_000),  # a sample of 16 kHz at the least
    rate=st.sampled_from([8_000, 11_025, 16_001, 44_100, 48_000, 192_000]),
    block=st.integers(50, 70_000),
)
def test_resampling_in_blocks_equals_resampling_at_once(frames: int, rate: int, block: int):
    noise = np.random.default_rng(frames).uniform(-0.5, 0.5, (frames, 1)).astype(np.float32)
    clip = audio_clips.sound_file(noise, rate, subtype="FLOAT")
    with patch.object(sndfile, "BLOCK_SAMPLES", block):
        waveform = decode(clip, MINUTE)
    whole = soxr.resample(noise[:, 0], rate, SAMPLE_RATE, quality="HQ")
    np.testing.assert_array_equal(waveform.samples, np.clip(whole, -1, 1))
    assert abs(len(waveform.samples) - frames * SAMPLE_RATE / rate) <= 1
    assert waveform.seconds == len(waveform.samples) / SAMPLE_RATE


def test_frequencies_above_8_khz_are_removed_and_lower_ones_kept():
    inaudible = decode(
        audio_clips.sound_file(audio_clips.tone(12_000, 48_000, 1), 48_000), MINUTE
    ).samples
    audible = decode(
        audio_clips.sound_file(audio_clips.tone(7_000, 48_000, 1), 48_000), MINUTE
    ).samples
    middle = slice(1_000, -1_000)  # the tone starts and ends with a click
    assert rms(inaudible[middle]) < 1e-4
    assert rms(audible[middle]) == pytest.approx(0.5 / math.sqrt(2), rel=0.01)


def rms(samples: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def test_channels_are_averaged():
    left, right = (
        audio_clips.tone(440, SAMPLE_RATE, 0.1),
        audio_clips.tone(1_000, SAMPLE_RATE, 0.1, level=0.2),
    )
    clip = audio_clips.sound_file(np.hstack([left, right]), SAMPLE_RATE, subtype="FLOAT")
    np.testing.assert_allclose(
        decode(clip, MINUTE).samples, (left + right)[:, 0] / 2, rtol=0, atol=1e-7
    )


@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_samples_are_finite_and_within_full_scale_for_any_input(rate: int, subtype: str):
    wild = np.array([[np.nan, np.inf], [-np.inf, 0.5], [3e38, 3e38], [-7, -7], [0.5, 0.5]])
    clip = audio_clips.sound_file(np.repeat(wild, 1_000, axis=0), rate, subtype=subtype)
    waveform = decode(clip, MINUTE)
    assert np.abs(waveform.samples).max() <= 1
    assert np.isfinite(waveform.samples).all()
    assert [warning.code for warning in waveform.warnings] == ["not_finite"]
    assert "5,000 samples" in waveform.warnings[0].detail
    if rate == SAMPLE_RATE:
        np.testing.assert_allclose(waveform.samples[::1_000] * 7, [0, 0.25, 0, -7, 0.5], atol=1e-6)


def test_a_square_wave_at_full_scale_does_not_overshoot():
    square = np.sign(audio_clips.tone(997, 48_000, 1, level=1))
    assert np.abs(decode(audio_clips.sound_file(square, 48_000), MINUTE).samples).max() <= 1


# The budget


def test_two_hours_of_silence_in_a_small_file_stop_at_the_budget():
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", SAMPLE_RATE, 1, format="FLAC") as flac:
        for _ in range(120):
            flac.write(np.zeros(60 * SAMPLE_RATE, np.int16))
    file.seek(0)
    assert len(file.getvalue()) < 1_000_000
    tracemalloc.start()
    with pytest.raises(TooLongError, match="longer than 60 seconds"):
        decode(file, MINUTE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000  # a minute is 3.84 MB
    assert file.tell() < len(file.getvalue()) / 20  # and libsndfile reads 8 KiB ahead


@pytest.mark.parametrize("encode", [audio_clips.mp3, audio_clips.m4a])
def test_the_budget_applies_to_ffmpeg(encode: Callable[[audio_clips.Frames, int], bytes]):
    clip = encode(np.zeros((10 * 16_000, 1), np.float32), 16_000)
    blocks = stream(clip, Budget(max_seconds=5))
    with pytest.raises(TooLongError, match="longer than 5 seconds"):
        list(blocks)
    assert decode(clip, Budget(max_seconds=11)).seconds == pytest.approx(10, abs=0.1)


def test_audio_of_exactly_the_budget_is_decoded():
    assert (
        decode(audio_clips.sound_file(audio_clips.tone(440, 44_100, 2), 44_100), Budget(2)).seconds
        == 2
    )
    with pytest.raises(TooLongError, match=r"longer than 1\.9 seconds"):
        decode(audio_clips.sound_file(audio_clips.tone(440, 44_100, 2), 44_100), Budget(1.9))


def test_the_budget_limits_the_memory_of_the_waveform():
    clip = audio_clips.sound_file(audio_clips.tone(440, SAMPLE_RATE, 2), SAMPLE_RATE)
    assert decode(clip, Budget(60, max_decoded_bytes=128_000)).samples.nbytes == 128_000
    with pytest.raises(TooLargeError, match="127,999 bytes"):
        decode(clip, Budget(60, max_decoded_bytes=127_999))


def test_decoding_holds_little_more_than_the_waveform_and_streaming_a_block():
    clip = audio_clips.sound_file(np.zeros((300 * SAMPLE_RATE, 1), np.float32), SAMPLE_RATE, "FLAC")
    tracemalloc.start()
    waveform = decode(clip, Budget(600))
    _, whole = tracemalloc.get_traced_memory()
    assert whole < 1.5 * waveform.samples.nbytes
    del waveform
    tracemalloc.reset_peak()
    assert sum(len(samples) for samples in stream(clip, Budget(600))) == 300 * SAMPLE_RATE
    _, block = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert block < 2_000_000


def test_a_wrong_duration_in_the_header_does_not_count_against_the_budget():
    flac = audio_clips.sound_file(audio_clips.sweep(SAMPLE_RATE), SAMPLE_RATE, "FLAC")
    lie = audio_clips.flac_with_header(flac, frames=25 * 3600 * SAMPLE_RATE)
    tracemalloc.start()
    assert_is_the_sweep(decode(lie, Budget(max_seconds=1)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


# Sources


class Pipe(io.BytesIO):
    """A file that cannot seek and returns small chunks."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        raise io.UnsupportedOperation("seek")

    def read(self, size: int | None = -1) -> bytes:
        return super().read(1_000)


@pytest.mark.parametrize(
    "encode",
    [
        audio_clips.sound_file,
        partial(audio_clips.sound_file, format="OGG", subtype="OPUS"),
        audio_clips.fragmented_mp4,
    ],
)
def test_bytes_paths_files_and_pipes_give_the_same_waveform(
    encode: Callable[[audio_clips.Frames, int], bytes], tmp_path: Path
):
    clip = encode(audio_clips.sweep(48_000), 48_000)
    path = tmp_path / "clip.raw"  # a suffix that soundfile would trust
    path.write_bytes(clip)
    ideal = decode(clip, MINUTE).samples
    with path.open("rb") as file:
        file.seek(99)
        sources: list[audio.AudioSource] = [path, file, Pipe(clip)]
        for each in sources:
            np.testing.assert_array_equal(decode(each, MINUTE).samples, ideal)
        assert not file.closed


def test_an_operating_system_pipe_is_decoded():
    clip = audio_clips.sound_file(audio_clips.sweep(SAMPLE_RATE), SAMPLE_RATE)
    read, write = os.pipe()
    with open(write, "wb") as writer, open(read, "rb") as reader:  # noqa: PTH123
        writer.write(clip)
        writer.close()
        assert_is_the_sweep(decode(reader, MINUTE))


def test_the_memory_for_a_source_that_cannot_seek_is_limited(monkeypatch: pytest.MonkeyPatch):
    clip = audio_clips.sound_file(audio_clips.sweep(SAMPLE_RATE), SAMPLE_RATE)
    monkeypatch.setattr(source, "MAX_SPOOLED_BYTES", len(clip))
    assert decode(Pipe(clip), MINUTE).seconds == 1
    pipe = Pipe(clip + bytes(10_000))
    with pytest.raises(TooLargeError, match="32,044 bytes"):
        decode(pipe, MINUTE)
    assert pipe.tell() < len(clip) + 2_000


@pytest.mark.parametrize("format", ["WAV", "FLAC", "MP3"])
def test_an_abandoned_stream_closes_its_file(
    format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    opened: list[BinaryIO] = []
    open_path = Path.open

    def spy(path: Path, mode: str) -> BinaryIO:
        file = cast(BinaryIO, open_path(path, mode))
        opened.append(file)
        return file

    path = tmp_path / "clip"
    path.write_bytes(
        audio_clips.sound_file(audio_clips.sweep(SAMPLE_RATE, 20), SAMPLE_RATE, format)
    )
    capfd.readouterr()
    monkeypatch.setattr(Path, "open", spy)
    blocks = stream(path, MINUTE)
    next(blocks)
    assert not opened[0].closed
    blocks.close()
    assert opened[0].closed
    assert capfd.readouterr().err == ""  # where cffi prints errors of callbacks into a closed file


@pytest.mark.parametrize("budget", [Budget(1), Budget(60, max_decoded_bytes=1_000)])
def test_a_file_beyond_the_budget_is_closed_while_its_error_is_referenced(
    budget: Budget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "clip"
    path.write_bytes(audio_clips.sound_file(audio_clips.sweep(SAMPLE_RATE, 20), SAMPLE_RATE))
    closed: list[soundfile.SoundFile] = []
    gc.collect()  # another test's traceback may reference a file, which would be closed below

    def close(sound_file: soundfile.SoundFile) -> None:
        closed.append(sound_file)

    with path.open("rb") as file:
        monkeypatch.setattr(Path, "open", lambda path, mode: file)
        monkeypatch.setattr(soundfile.SoundFile, "close", close)
        with pytest.raises((TooLongError, TooLargeError)) as held:
            decode(path, budget)
        assert file.closed
        assert len(closed) == 1
    assert held.value


@pytest.mark.parametrize("nothing", [b"", io.BytesIO(), Pipe()])
def test_no_bytes_are_empty_audio(nothing: audio.AudioSource):
    with pytest.raises(EmptyAudioError):
        decode(nothing, MINUTE)


def test_a_missing_file_raises_file_not_found(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        decode(tmp_path / "missing.wav", MINUTE)


@pytest.mark.parametrize("rate", [7_999, 192_001])
def test_a_sample_rate_out_of_range_is_named_with_the_range(rate: int):
    with pytest.raises(UnsupportedAudioError, match=f"{rate:,} Hz; from 8,000 to 192,000 Hz"):
        decode(audio_clips.sound_file(audio_clips.tone(440, rate, 0.1), rate), MINUTE)
