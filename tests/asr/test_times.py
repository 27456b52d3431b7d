"""Times of words, segments and cues lie within the audio, for random cuts of real speech."""

import re
from itertools import pairwise

import numpy as np
import pytest

from asr.audio.audio import SAMPLE_RATE, Waveform
from asr.formats.registry import FORMATS
from asr.settings import Settings
from asr.transcriber import Transcriber, open_transcriber
from asr.transcript import Transcript
from tests.support.recordings import hello, seven

CLOCK = re.compile(r"(\d+):(\d\d):(\d\d)[.,](\d{3})")


@pytest.fixture(scope="module")
def transcriber() -> Transcriber:
    return open_transcriber(Settings())


def clock_times(text: str) -> list[float]:
    return [
        int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000 for h, m, s, ms in CLOCK.findall(text)
    ]


def intervals(transcript: Transcript) -> list[list[tuple[float, float]]]:
    """Start and end of every word, segment and cue, in each format."""
    verbose = FORMATS["verbose_json"].members
    amazon = FORMATS["transcribe"].members
    assert verbose
    assert amazon
    results = amazon(transcript)["results"]
    timed = [item for item in results["items"] if "start_time" in item]
    found = [
        [(word.start, word.end) for word in transcript.words],
        [(each["start"], each["end"]) for each in verbose(transcript)["segments"]],
        [(float(each["start_time"]), float(each["end_time"])) for each in timed],
        [
            (float(each["start_time"]), float(each["end_time"]))
            for each in results["audio_segments"]
        ],
    ]
    for name in ("srt", "vtt"):
        times = clock_times(FORMATS[name].render(transcript))
        found.append(list(zip(times[::2], times[1::2], strict=True)))
    return found


@pytest.mark.parametrize("seed", range(25))
def test_times_of_a_random_cut_are_within_the_audio(transcriber: Transcriber, seed: int):
    random = np.random.default_rng(seed)
    speech = np.concatenate([hello(), seven(), hello()])
    length = round(random.uniform(0.1, 2.0) * SAMPLE_RATE)
    start = random.integers(0, len(speech) - length)
    cut = speech[start : start + length].copy()
    transcript = transcriber.transcribe_waveform(Waveform(cut))
    assert abs(transcript.duration - length / SAMPLE_RATE) < 0.001
    for spans in intervals(transcript):
        assert all(0 <= begin < end <= transcript.duration for begin, end in spans)
        assert all(earlier[0] <= later[0] for earlier, later in pairwise(spans))
