import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.audio.audio import Budget
from asr.decoding.decoders import greedy_decoder
from asr.errors import TooLongError, TooShortError
from asr.recognisers import (
    RECOGNISERS,
    CtcRecogniser,
    KeywordRecogniser,
)
from asr.silence import STEADY_PEAK
from asr.transcriber import Transcriber, check_golden
from tests.support import toy_model

MINUTE = Budget(max_seconds=60.0)


@pytest.fixture(scope="module")
def keywords(keyword_bundle):
    opened = bundle.load(str(keyword_bundle))
    return KeywordRecogniser(
        opened.manifest, AcousticModel(opened), greedy_decoder(opened.manifest)
    )


@pytest.fixture(scope="module")
def speech(toy_bundle):
    opened = bundle.load(str(toy_bundle))
    return CtcRecogniser(opened.manifest, AcousticModel(opened), greedy_decoder(opened.manifest))


@pytest.fixture(params=["speech", "keywords"])
def recogniser(request):
    return request.getfixturevalue(request.param)


def test_there_is_a_recogniser_for_each_kind_of_the_schema():
    assert set(RECOGNISERS) == {"ctc", "keyword"}


def test_progress_is_reported_before_each_batch_of_windows(speech):
    """Windows of 2 s with an overlap of 0.4 s, four per batch: 6.4 s of audio per batch."""
    reported = []
    speech.recognise([np.zeros(10 * 16_000, np.float32)], lambda *seconds: reported.append(seconds))
    assert reported == [(0.0, pytest.approx(6.8)), (pytest.approx(6.4), pytest.approx(3.6))]


def test_progress_of_a_keyword_is_reported_once(keywords):
    reported = []
    keywords.recognise(
        [toy_model.keyword_waveform("no", 1.5)], lambda *seconds: reported.append(seconds)
    )
    assert reported == [(0.0, 1.5)]


def test_an_exception_of_the_progress_callback_ends_the_recognition(recogniser):
    def stop(done, batch):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        recogniser.recognise([np.ones(16_000, np.float32)], stop)


@settings(max_examples=20)
@given(st.sampled_from(toy_model.WORDS), st.integers(1, 4))
def test_a_keyword_is_recognised_for_any_block_sizes(keywords, word, blocks):
    (found,) = keywords.recognise(np.array_split(toy_model.keyword_waveform(word, 1.2), blocks))
    assert (found.text, found.start, found.end) == (word, 0.0, 1.2)
    assert found.log_prob == pytest.approx(6 - np.log(np.exp(6) + 2), abs=1e-5)


def test_word_times_are_in_seconds(speech):
    found = speech.recognise([toy_model.text_waveform("ab c")])
    assert [(h.text, h.start, h.end) for h in found] == [
        ("ab", 0.0, pytest.approx(0.2)),
        ("c", pytest.approx(0.3), pytest.approx(0.4)),
    ]


def test_silence_gives_no_words_without_running_the_model(recogniser, monkeypatch):
    monkeypatch.setattr(recogniser, "_model", None)
    assert recogniser.recognise([np.full(16_000, STEADY_PEAK, np.float32)]) == []


def test_audio_shorter_than_the_minimum_is_rejected(recogniser):
    assert recogniser.recognise([np.zeros(1600, np.float32)]) == []
    with pytest.raises(TooShortError, match="100 ms of audio; at least 100 ms are needed"):
        recogniser.recognise([np.zeros(1599, np.float32)])


def test_a_keyword_clip_may_be_as_long_as_the_window(keywords):
    clip = toy_model.keyword_waveform("no", 2.0)
    assert [found.text for found in keywords.recognise([clip])] == ["no"]
    with pytest.raises(TooLongError, match="longer than 2 seconds, the most that this key"):
        keywords.recognise([clip, np.zeros(1, np.float32)])


def test_an_endless_stream_is_rejected(keywords):
    def endless():
        while True:
            yield np.ones(16_000, np.float32)

    with pytest.raises(TooLongError):
        keywords.recognise(endless())


def test_a_keyword_bundle_is_transcribed_like_any_other(keyword_transcriber):
    clip = toy_model.encode(toy_model.keyword_waveform("smart mirror"))
    whole = keyword_transcriber.transcribe(clip, MINUTE)
    assert (whole.text, whole.duration) == ("smart mirror", 0.5)
    (word,) = whole.words
    assert (word.word, word.start, word.end) == ("smart mirror", 0.0, 0.5)
    assert word.confidence == whole.confidence == pytest.approx(0.995)
    assert keyword_transcriber.transcribe_stream(io.BytesIO(clip), MINUTE).words == whole.words
    check_golden(keyword_transcriber)


def test_silence_gives_an_empty_transcript_with_a_keyword_bundle(keyword_transcriber):
    found = keyword_transcriber.transcribe(toy_model.encode(np.zeros(8000, np.float32)), MINUTE)
    assert (found.text, found.words, found.confidence) == ("", (), None)


def test_the_confidence_of_a_keyword_is_calibrated(tmp_path):
    flat = toy_model.write_keyword_bundle(tmp_path, confidence={"scale": 0.0, "bias": 0.0})
    found = Transcriber(bundle.load(str(flat))).transcribe(
        toy_model.encode(toy_model.keyword_waveform("no")), MINUTE
    )
    assert found.words[0].confidence == 0.5
