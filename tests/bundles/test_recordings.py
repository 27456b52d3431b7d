"""The embedded model writes the same of a recording however it is stored."""

import io

import numpy as np
import pytest

from asr.audio.audio import SAMPLE_RATE, Budget
from asr.settings import Settings
from asr.transcriber import Transcriber, open_transcriber
from tests.support import recordings
from tests.support.recordings import ID3, encode, float_wav, hello, seven

MINUTE = Budget(60.0)
HELLO = hello()
HELLO_SECONDS = len(HELLO) / SAMPLE_RATE
WAV = encode(HELLO, "WAV")


@pytest.fixture(scope="module")
def transcriber() -> Transcriber:
    return open_transcriber(Settings())


def with_silence(seconds: float) -> bytes:
    return encode(np.pad(HELLO, (0, round(seconds * SAMPLE_RATE))), "FLAC")


@pytest.mark.parametrize(
    ("clip", "at"),
    [
        (with_silence(2), 0.0),
        (with_silence(20), 0.0),
        (encode(np.pad(HELLO, (80_000, 0)), "FLAC"), 5.0),
        (float_wav(HELLO, -HELLO), 0.0),
        (float_wav(HELLO, -HELLO, HELLO, -HELLO), 0.0),
        (float_wav(HELLO * 2.0**15), 0.0),
        (float_wav(HELLO * 2.0**31), 0.0),
        (float_wav(HELLO * 10 ** (18 / 20)), 0.0),
        (ID3 + WAV, 0.0),
        (recordings.with_data_size(WAV, 32_000), 0.0),
    ],
)
def test_a_recording_reads_like_the_plain_one(transcriber: Transcriber, clip: bytes, at: float):
    plain = transcriber.transcribe(WAV, MINUTE)
    for found in (
        transcriber.transcribe(clip, MINUTE),
        transcriber.transcribe_stream(io.BytesIO(clip), MINUTE),
    ):
        assert found.text == plain.text
        assert found.words[0].start == pytest.approx(plain.words[0].start + at, abs=0.05)


@pytest.mark.parametrize("decibels", [-60, -50, -40, -30, -20, -10])
def test_a_quiet_recording_is_read(transcriber: Transcriber, decibels: float):
    gain = 10 ** (decibels / 20) / np.abs(HELLO).max()
    plain = transcriber.transcribe(WAV, MINUTE)
    found = transcriber.transcribe(float_wav(HELLO * gain), MINUTE)
    same = sum(word in plain.text.split() for word in found.text.split())
    assert same >= len(plain.words) - 2  # the level of speech may change a word


def test_no_word_of_two_joined_files_is_lost(transcriber: Transcriber):
    parts = [encode(HELLO, "OGG", "OPUS"), encode(seven(), "OGG", "OPUS")]
    first, second = (transcriber.transcribe(part, MINUTE) for part in parts)
    joined = transcriber.transcribe(parts[0] + parts[1], MINUTE)
    assert joined.duration == pytest.approx(first.duration + second.duration, abs=0.01)
    late = [word for word in joined.words if word.start > HELLO_SECONDS - 0.2]
    assert len(late) >= len(second.words)
