from pathlib import Path

import numpy as np
import pytest

from asr.audio import audio
from tests.support.fakes import FakeDecoder
from training.alignment import pocketsphinx
from training.alignment.pocketsphinx import PhoneAligner, Recogniser, WordAligner
from training.data.phones import SILENCE

SAMPLE = Path(__file__).parents[3] / "samples" / "hello.flac"
TRANSCRIPT = "good morning the weather is fine today"


@pytest.fixture(scope="module")
def waveform():
    return audio.decode(SAMPLE, audio.Budget(max_seconds=10.0))


def test_free_decoding_finds_words_with_their_times(waveform):
    segments = Recogniser().recognise(waveform.samples)
    assert {segment.word for segment in segments} & set(TRANSCRIPT.split())
    edges = [edge for segment in segments for edge in (segment.start, segment.end)]
    assert edges == sorted(edges)
    assert 0 <= edges[0] < edges[-1] <= waveform.seconds


def test_words_are_aligned_in_their_order(waveform):
    segments = WordAligner().align(waveform.samples, TRANSCRIPT)
    assert [segment.word for segment in segments] == TRANSCRIPT.split()
    edges = [edge for segment in segments for edge in (segment.start, segment.end)]
    assert edges == sorted(edges)
    assert 0 <= edges[0] < edges[-1] <= waveform.seconds
    assert all(segment.end - segment.start > 0.05 for segment in segments)


def test_phones_are_aligned_with_their_sounds(waveform):
    words = PhoneAligner().align(waveform.samples, TRANSCRIPT)
    spoken = [[phone for phone, _ in word] for word in words if word[0][0] != SILENCE]
    assert spoken[1] == ["m", "ao", "r", "n", "ih", "ng"]
    assert spoken[5] == ["f", "ay", "n"]
    assert len(spoken) == len(TRANSCRIPT.split())
    frames = sum(frames for word in words for _, frames in word)
    assert frames == pytest.approx(len(waveform.samples) / 160, abs=4)
    # the zero-crossing rate of a fricative, the last phone of "is", is high
    fricative = next(i for i, word in enumerate(words) if word[-1][0] == "z")
    start = sum(f for word in words[:fricative] for _, f in word) + words[fricative][0][1]
    z = waveform.samples[start * 160 : (start + words[fricative][-1][1]) * 160]
    crossings = np.mean(np.diff(np.sign(z)) != 0)
    assert crossings > 2 * np.mean(np.diff(np.sign(waveform.samples)) != 0)


@pytest.mark.parametrize("aligner", [WordAligner, PhoneAligner])
def test_a_transcript_with_an_out_of_vocabulary_word_is_not_aligned(waveform, aligner):
    assert aligner().align(waveform.samples, "good zzyzxq") == []


def test_a_transcript_that_does_not_fit_the_audio_does_not_break_the_aligner(waveform, monkeypatch):
    aligner = PhoneAligner()

    def fail(*_):
        raise RuntimeError("Failed to end utterance processing")

    with monkeypatch.context() as patch:
        patch.setattr(pocketsphinx, "_process", fail)
        assert aligner.align(waveform.samples, TRANSCRIPT) == []
    assert len(aligner.align(waveform.samples, TRANSCRIPT)) >= len(TRANSCRIPT.split())


def test_fillers_and_marks_of_pronunciation_variants_are_removed(waveform, monkeypatch):
    monkeypatch.setattr(pocketsphinx, "Decoder", lambda **_: FakeDecoder())
    segments = WordAligner().align(waveform.samples, "<sil> one [NOISE] don't")
    assert segments == [("one", 0.5, 0.8), ("don't", 1.5, 2.0)]
