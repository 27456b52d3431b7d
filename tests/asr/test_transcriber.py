import base64
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr import bundle
from asr.audio import Budget
from asr.errors import ModelUnavailableError, TooLongError, TooShortError
from asr.settings import Settings
from asr.transcriber import Transcriber, check_golden, open_transcriber, warm_transcriber
from tests.asr import toy

MINUTE = Budget(max_seconds=60.0)
sentences = st.lists(st.text("abcdefgh", min_size=1, max_size=6), max_size=12).map(" ".join)


def test_words_come_with_their_times(toy_transcriber):
    heard = toy_transcriber.transcribe(toy.wav("ab c"), MINUTE)
    # 5 frames of 20 ms a character
    assert [(w.word, w.start, w.end) for w in heard.words] == [("ab", 0.0, 0.2), ("c", 0.3, 0.4)]
    assert heard.duration == 0.5


@settings(max_examples=20)
@given(sentences)
def test_what_is_spoken_is_heard_over_any_number_of_windows(toy_transcriber, text):
    heard = toy_transcriber.transcribe(toy.wav(text), MINUTE)
    assert heard.text == text


@settings(max_examples=10)
@given(sentences)
def test_streaming_gives_the_same_transcript(toy_transcriber, text):
    whole = toy_transcriber.transcribe(toy.wav(text), MINUTE)
    streamed = toy_transcriber.transcribe_stream(io.BytesIO(toy.wav(text)), MINUTE)
    assert (streamed.words, streamed.duration) == (whole.words, whole.duration)


def test_silence_is_an_empty_transcript(toy_transcriber):
    heard = toy_transcriber.transcribe(toy.encode(np.zeros(48_000, np.float32)), MINUTE)
    assert (heard.text, heard.words, heard.confidence) == ("", (), None)
    assert heard.duration == 3.0


def test_silent_windows_between_speech_keep_the_times(toy_transcriber):
    pause = np.zeros(16_000 * 7, np.float32)
    samples = np.concatenate([toy.speak("a"), pause, toy.speak("b")])
    heard = toy_transcriber.transcribe(toy.encode(samples), MINUTE)
    assert [w.word for w in heard.words] == ["ab"]  # no boundary was spoken
    assert (heard.words[0].start, heard.words[0].end) == (0.0, 7.3)


def test_ten_milliseconds_are_too_short(toy_transcriber):
    tenth = toy.encode(np.ones(160, np.float32) * 0.5)
    with pytest.raises(TooShortError, match="10 ms of audio; at least 100 ms"):
        toy_transcriber.transcribe(tenth, MINUTE)


def test_the_budget_holds_for_both_ways(toy_transcriber):
    audio = toy.wav("a" * 20)
    with pytest.raises(TooLongError):
        toy_transcriber.transcribe(audio, Budget(max_seconds=1.0))
    with pytest.raises(TooLongError):
        toy_transcriber.transcribe_stream(io.BytesIO(audio), Budget(max_seconds=1.0))


def test_only_the_first_transcription_is_a_cold_start(toy_bundle):
    transcriber = Transcriber(bundle.load(str(toy_bundle)))
    colds = [transcriber.transcribe(toy.wav("a"), MINUTE).timing.cold_start for _ in range(3)]
    assert colds == [True, False, False]


def test_confidence_is_scaled_as_the_manifest_says(tmp_path, toy_transcriber):
    certain = toy.write_bundle(tmp_path, confidence={"scale": 0.0, "bias": 0.0})
    plain = toy_transcriber.transcribe(toy.wav("a"), MINUTE).words[0].confidence
    flat = Transcriber(bundle.load(str(certain))).transcribe(toy.wav("a"), MINUTE)
    # one-hot scores of 6 over 29 classes
    assert plain == pytest.approx(np.exp(6) / (np.exp(6) + 28), abs=1e-3)
    assert flat.words[0].confidence == 0.5


def test_a_bundle_passes_its_own_golden_clip(toy_transcriber):
    check_golden(toy_transcriber)


def test_a_bundle_that_reads_its_clip_otherwise_never_serves(tmp_path):
    golden = {"audio": base64.b64encode(toy.wav("silver")).decode(), "transcript": "golden"}
    uri = str(toy.write_bundle(tmp_path, golden=golden))
    assert open_transcriber(Settings(model_uri=uri))  # not asked for, for speed
    with pytest.raises(ModelUnavailableError, match="reads its golden clip as 'silver'"):
        open_transcriber(Settings(model_uri=uri, model_self_test=True))


def test_the_warm_transcriber_is_opened_once(toy_bundle):
    settings = Settings(model_uri=str(toy_bundle))
    assert warm_transcriber(settings) is warm_transcriber(settings)


def test_a_model_that_could_not_be_opened_is_tried_again(tmp_path):
    settings = Settings(model_uri=str(tmp_path / "later"))
    with pytest.raises(ModelUnavailableError):
        warm_transcriber(settings)
    toy.write_bundle(tmp_path / "later")
    assert warm_transcriber(settings).identity.name == "toy"
