from pathlib import Path

import pytest

from asr.audio.audio import Budget
from asr.errors import UnsupportedAudioError
from training.evaluation.pocketsphinx import PocketSphinx

HELLO = Path(__file__).parents[3] / "samples" / "hello.flac"
MINUTE = Budget(max_seconds=60.0)


@pytest.fixture(scope="module")
def reference():
    return PocketSphinx()


def test_the_reference_recognises_words_with_their_times(reference):
    transcript = reference.transcribe(HELLO.read_bytes(), MINUTE)
    assert set(transcript.text.split()) & set("good morning the weather is fine today".split())
    edges = [edge for word in transcript.words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert 0 <= edges[0] < edges[-1] <= transcript.duration


def test_bytes_that_are_not_audio_are_rejected(reference):
    with pytest.raises(UnsupportedAudioError):
        reference.transcribe(b"not audio", MINUTE)
