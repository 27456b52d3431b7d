import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.audio.audio import Budget
from asr.transcriber import check_golden
from tests.support import ngram_toy, toy_model

HOUR = Budget(max_seconds=3600.0)
sentences = st.lists(st.sampled_from(["a", "cab", "bad", "dada"]), min_size=1, max_size=12)


@pytest.mark.parametrize("decoder", ["greedy", "beam"])
@pytest.mark.parametrize(
    "text", ["A cab.", "A bad, bad cab? A Cab!", "Bad-cab, a", "a cab . Bad", "Dada, a"]
)
def test_both_decoders_write_case_and_marks(written_transcriber, decoder, text):
    found = written_transcriber.transcribe(toy_model.written_wav(text), HOUR, decoder)
    assert found.text == text.replace(" .", ".")
    assert found.plain().text == found.text.lower().translate(str.maketrans("", "", ".,?!"))
    check_golden(written_transcriber)


def test_the_language_model_changes_the_letters_but_not_the_marks(written_transcriber):
    clip = toy_model.written_wav("A, dab.", frames_per_character=1)
    assert written_transcriber.transcribe(clip, HOUR, "greedy").text == "A, dab."
    assert written_transcriber.transcribe(clip, HOUR, "beam").text == "A, cab."


@settings(max_examples=20)
@given(sentences)
def test_beam_and_greedy_agree_on_clear_speech_and_its_times(ngram_transcriber, words):
    clip = toy_model.text_wav(" ".join(words))
    greedy = ngram_transcriber.transcribe(clip, HOUR, "greedy").words
    beam = ngram_transcriber.transcribe(clip, HOUR, "beam").words
    assert [(w.word, w.start, w.end) for w in beam] == [(w.word, w.start, w.end) for w in greedy]


def test_words_chosen_by_the_language_model_have_the_times_of_the_audio(ngram_transcriber):
    found = ngram_transcriber.transcribe(ngram_toy.ambiguous_wav("a dab"), HOUR, "beam")
    assert [(w.word, w.start, w.end) for w in found.words] == [("a", 0.0, 0.02), ("cab", 0.04, 0.1)]


def test_confidence_uses_the_calibration_of_the_language_model(ngram_transcriber):
    (word,) = ngram_transcriber.transcribe(toy_model.text_wav("a"), HOUR, "beam").words
    odds = 6.0 - math.log(28)  # of the toy model's class
    assert word.confidence == pytest.approx(1 / (1 + math.exp(-(0.5 * odds + 0.25))), abs=2e-3)


def test_long_audio_gives_the_same_words_whole_and_streamed(ngram_transcriber):
    words = ["cab", "a", "bad", "dada"] * 18  # 43 seconds, so it is split twice or more
    clip = toy_model.text_wav(" ".join(words))
    whole = ngram_transcriber.transcribe(clip, HOUR, "beam")
    streamed = ngram_transcriber.transcribe_stream(io.BytesIO(clip), HOUR, decoder="beam")
    assert whole.text == " ".join(words)
    assert streamed.words == whole.words
    starts = np.array([word.start for word in whole.words])
    assert (np.diff(starts) > 0).all()


def test_silence_has_no_words(ngram_transcriber):
    silence = toy_model.encode(np.zeros(16_000 * 3, np.float32))
    assert ngram_transcriber.transcribe(silence, HOUR, "beam").words == ()
