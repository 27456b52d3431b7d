import io
import random
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from asr.audio import header
from asr.audio.audio import decode
from asr.audio.block import BLOCK_SAMPLES
from asr.errors import EmptyAudioError, UnsupportedAudioError
from tests.support import audio_clips
from tests.support.audio_files import (
    MINUTE,
    RATE,
    one_second,
    ten_seconds,
)


def test_a_wav_with_a_stated_size_of_4_gib_is_decoded():
    clip = audio_clips.wav_with_data_size(one_second("wav"), 2**32 - 1)
    assert decode(clip, MINUTE).seconds == 1


def test_a_wav_with_a_stated_size_of_0_is_decoded():
    clip = audio_clips.wav_with_data_size(one_second("wav"), 0)
    assert decode(clip, MINUTE).seconds == 1


def test_the_header_duration_of_a_wav_is_limited_by_the_file_size():
    streamed = audio_clips.wav_with_data_size(ten_seconds("wav"), 0xFFFFFFFF)
    assert header.header_duration(io.BytesIO(streamed)) == pytest.approx(10, abs=0.05)


@pytest.mark.parametrize("frames", [0, 16_001, 2**36 - 1])
def test_a_flac_with_a_wrong_length_in_its_header_is_decoded(frames: int):
    clip = audio_clips.flac_with_header(ten_seconds("flac"), frames=frames)
    whole = decode(ten_seconds("flac"), MINUTE).samples
    decoded = decode(clip, MINUTE).samples
    np.testing.assert_array_equal(decoded, whole)


def test_a_flac_without_a_length_has_no_header_duration():
    streamed = audio_clips.flac_with_header(ten_seconds("flac"), frames=0)
    assert header.header_duration(io.BytesIO(streamed)) is None


def test_a_flac_with_a_damaged_end_keeps_its_beginning():
    clip = bytearray(audio_clips.sound_file(audio_clips.sweep(RATE, 30), RATE, "FLAC"))
    whole = decode(bytes(clip), MINUTE).samples
    frames = [match.start() for match in re.finditer(rb"\xff\xf8\xc5", clip)]
    for start, end in pairwise(frames[20:]):
        clip[start + 10 : end] = random.Random(start).randbytes(end - start - 10)
    decoded = decode(bytes(clip), MINUTE).samples
    assert len(decoded) >= BLOCK_SAMPLES  # the whole blocks of frames[:20]
    np.testing.assert_array_equal(decoded[:BLOCK_SAMPLES], whole[:BLOCK_SAMPLES])


@pytest.mark.parametrize("format", ["WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF"])
def test_a_header_without_samples_is_empty_audio(format: str):
    with pytest.raises(EmptyAudioError):
        decode(audio_clips.sound_file(audio_clips.tone(440, RATE, 0), RATE, format), MINUTE)


def test_a_header_with_a_negative_offset_prints_no_warnings(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    clip = ten_seconds("aiff").replace(b"SSND", b"XXXX")  # libsndfile then seeks to -1
    path = tmp_path / "clip"
    path.write_bytes(clip)
    for source in (clip, path):
        with pytest.raises(UnsupportedAudioError):
            decode(source, MINUTE)
    assert capfd.readouterr() == ("", "")
