import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.audio.audio import Budget
from tests.support import ngram_toy, toy_model

HOUR = Budget(max_seconds=3600.0)
spoken = st.lists(st.sampled_from(["a", "cab", "bad", "dada"]), min_size=1, max_size=12)


@settings(max_examples=20)
@given(spoken)
def test_where_the_sound_is_sure_a_search_hears_it_with_the_same_times(talking_transcriber, words):
    clip = toy_model.wav(" ".join(words))
    greedy = talking_transcriber.transcribe(clip, HOUR, "greedy").words
    beam = talking_transcriber.transcribe(clip, HOUR, "beam").words
    assert [(w.word, w.start, w.end) for w in beam] == [(w.word, w.start, w.end) for w in greedy]


def test_words_that_the_language_chose_lie_where_the_sound_has_them(talking_transcriber):
    heard = talking_transcriber.transcribe(ngram_toy.mumble("a dab"), HOUR, "beam")
    assert [(w.word, w.start, w.end) for w in heard.words] == [("a", 0.0, 0.02), ("cab", 0.04, 0.1)]


def test_confidence_is_scaled_as_the_language_model_has_it(talking_transcriber):
    (word,) = talking_transcriber.transcribe(toy_model.wav("a"), HOUR, "beam").words
    odds = 6.0 - math.log(28)  # of the toy's class against all others
    assert word.confidence == pytest.approx(1 / (1 + math.exp(-(0.5 * odds + 0.25))), abs=2e-3)


def test_long_audio_is_decoded_an_utterance_at_a_time_and_streamed_alike(talking_transcriber):
    words = ["cab", "a", "bad", "dada"] * 25  # 60 seconds, so it is cut twice or more
    clip = toy_model.wav(" ".join(words))
    whole = talking_transcriber.transcribe(clip, HOUR, "beam")
    streamed = talking_transcriber.transcribe_stream(io.BytesIO(clip), HOUR, decoder="beam")
    assert whole.text == " ".join(words)
    assert streamed.words == whole.words
    starts = np.array([word.start for word in whole.words])
    assert (np.diff(starts) > 0).all()


def test_silence_has_no_words(talking_transcriber):
    silence = toy_model.encode(np.zeros(16_000 * 3, np.float32))
    assert talking_transcriber.transcribe(silence, HOUR, "beam").words == ()
