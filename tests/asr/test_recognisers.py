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
    SILENCE_PEAK,
    CtcRecogniser,
    KeywordRecogniser,
)
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
def reader(request):
    return request.getfixturevalue(request.param)


def test_there_is_a_reader_for_each_kind_of_the_schema():
    assert set(RECOGNISERS) == {"ctc", "keyword"}


def test_who_watches_is_told_before_each_batch_of_windows(speech):
    """Windows of 2 s that share 0.4 s, four at a time: 6.4 s of audio to a batch."""
    told = []
    speech.recognise([np.zeros(10 * 16_000, np.float32)], lambda *seconds: told.append(seconds))
    assert told == [(0.0, pytest.approx(6.8)), (pytest.approx(6.4), pytest.approx(3.6))]


def test_who_watches_a_clip_is_told_once(keywords):
    told = []
    keywords.recognise([toy_model.say("no", 1.5)], lambda *seconds: told.append(seconds))
    assert told == [(0.0, 1.5)]


def test_what_who_watches_raises_ends_the_reading(reader):
    def stop(done, coming):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        reader.recognise([np.ones(16_000, np.float32)], stop)


@settings(max_examples=20)
@given(st.sampled_from(toy_model.WORDS), st.integers(1, 4))
def test_a_clip_is_the_word_that_it_says_however_it_comes(keywords, word, blocks):
    (heard,) = keywords.recognise(np.array_split(toy_model.say(word, 1.2), blocks))
    assert (heard.text, heard.start, heard.end) == (word, 0.0, 1.2)
    assert heard.log_prob == pytest.approx(6 - np.log(np.exp(6) + 2), abs=1e-5)


def test_the_times_of_speech_are_in_seconds(speech):
    heard = speech.recognise([toy_model.speak("ab c")])
    assert [(h.text, h.start, h.end) for h in heard] == [
        ("ab", 0.0, pytest.approx(0.2)),
        ("c", pytest.approx(0.3), pytest.approx(0.4)),
    ]


def test_silence_says_nothing_and_the_model_is_not_asked(reader, monkeypatch):
    monkeypatch.setattr(reader, "_model", None)
    assert reader.recognise([np.full(16_000, SILENCE_PEAK, np.float32)]) == []


def test_what_is_shorter_than_a_word_is_refused(reader):
    assert reader.recognise([np.zeros(1600, np.float32)]) == []
    with pytest.raises(TooShortError, match="100 ms of audio; at least 100 ms are needed"):
        reader.recognise([np.zeros(1599, np.float32)])


def test_a_clip_of_the_whole_window_is_read_and_a_sample_more_is_too_long(keywords):
    clip = toy_model.say("no", 2.0)
    assert [heard.text for heard in keywords.recognise([clip])] == ["no"]
    with pytest.raises(TooLongError, match="longer than 2 seconds, the most that this model"):
        keywords.recognise([clip, np.zeros(1, np.float32)])


def test_too_long_a_stream_is_refused_before_its_end(keywords):
    def endless():
        while True:
            yield np.ones(16_000, np.float32)

    with pytest.raises(TooLongError):
        keywords.recognise(endless())


def test_a_keyword_bundle_serves_as_any_other(keyword_transcriber):
    clip = toy_model.encode(toy_model.say("smart mirror"))
    whole = keyword_transcriber.transcribe(clip, MINUTE)
    assert (whole.text, whole.duration) == ("smart mirror", 0.5)
    (word,) = whole.words
    assert (word.word, word.start, word.end) == ("smart mirror", 0.0, 0.5)
    assert word.confidence == whole.confidence == pytest.approx(0.995)
    assert keyword_transcriber.transcribe_stream(io.BytesIO(clip), MINUTE).words == whole.words
    check_golden(keyword_transcriber)


def test_silence_is_an_empty_transcript_of_a_keyword_bundle(keyword_transcriber):
    heard = keyword_transcriber.transcribe(toy_model.encode(np.zeros(8000, np.float32)), MINUTE)
    assert (heard.text, heard.words, heard.confidence) == ("", (), None)


def test_the_confidence_of_a_keyword_is_scaled_as_the_manifest_says(tmp_path):
    flat = toy_model.write_keyword_bundle(tmp_path, confidence={"scale": 0.0, "bias": 0.0})
    heard = Transcriber(bundle.load(str(flat))).transcribe(
        toy_model.encode(toy_model.say("no")), MINUTE
    )
    assert heard.words[0].confidence == 0.5
