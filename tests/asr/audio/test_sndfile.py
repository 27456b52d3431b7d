import io
import random
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from asr.audio import readers
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


def test_a_wav_that_claims_4_gigabytes_gives_what_it_has():
    clip = audio_clips.wav_that_claims(one_second("wav"), 2**32 - 1)
    assert decode(clip, MINUTE).seconds == 1


def test_a_wav_that_was_never_finished_gives_what_it_has():
    clip = audio_clips.wav_that_claims(one_second("wav"), 0)
    assert decode(clip, MINUTE).seconds == 1


def test_a_wav_file_cannot_announce_more_than_it_can_hold():
    streamed = audio_clips.wav_that_claims(ten_seconds("wav"), 0xFFFFFFFF)
    assert readers.header_duration(io.BytesIO(streamed)) == pytest.approx(10, abs=0.05)


@pytest.mark.parametrize("frames", [0, 16_001, 2**36 - 1])
def test_a_flac_that_does_not_know_its_length_gives_what_it_has(frames: int):
    clip = audio_clips.flac_that_claims(ten_seconds("flac"), frames=frames)
    whole = decode(ten_seconds("flac"), MINUTE).samples
    heard = decode(clip, MINUTE).samples
    np.testing.assert_array_equal(heard, whole[:16_001] if frames == 16_001 else whole)


def test_a_flac_file_that_leaves_its_length_out_announces_nothing():
    streamed = audio_clips.flac_that_claims(ten_seconds("flac"), frames=0)
    assert readers.header_duration(io.BytesIO(streamed)) is None


def test_a_flac_that_turns_into_noise_keeps_its_beginning():
    clip = bytearray(audio_clips.sound_file(audio_clips.sweep(RATE, 30), RATE, "FLAC"))
    whole = decode(bytes(clip), MINUTE).samples
    frames = [match.start() for match in re.finditer(rb"\xff\xf8\xc5", clip)]
    for start, end in pairwise(frames[20:]):
        clip[start + 10 : end] = random.Random(start).randbytes(end - start - 10)
    heard = decode(bytes(clip), MINUTE).samples
    assert len(heard) >= BLOCK_SAMPLES  # of frames[:20], the whole blocks
    np.testing.assert_array_equal(heard[:BLOCK_SAMPLES], whole[:BLOCK_SAMPLES])


@pytest.mark.parametrize("format", ["WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF"])
def test_a_header_with_no_samples_is_empty(format: str):
    with pytest.raises(EmptyAudioError):
        decode(audio_clips.sound_file(audio_clips.tone(440, RATE, 0), RATE, format), MINUTE)


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
