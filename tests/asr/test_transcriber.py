import base64
import io
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr import bundle
from asr.audio.audio import Budget, decode
from asr.choices import OptionError
from asr.errors import (
    MalformedRequestError,
    ModelUnavailableError,
    TooLongError,
    TooShortError,
)
from asr.settings import Settings
from asr.transcriber import Transcriber, check_golden, open_transcriber, warm_transcriber
from asr.vocabulary import Vocabulary, parse, parse_prompt
from tests.support import ngram_toy, toy_model

MINUTE = Budget(max_seconds=60.0)
sentences = st.lists(st.text("abcdefgh", min_size=1, max_size=6), max_size=12).map(" ".join)


def test_words_have_times(toy_transcriber):
    found = toy_transcriber.transcribe(toy_model.text_wav("ab c"), MINUTE)
    # 5 frames of 20 ms a character
    assert [(w.word, w.start, w.end) for w in found.words] == [("ab", 0.0, 0.2), ("c", 0.3, 0.4)]
    assert found.duration == 0.5


@settings(max_examples=20)
@given(sentences)
def test_text_is_transcribed_over_any_number_of_windows(toy_transcriber, text):
    found = toy_transcriber.transcribe(toy_model.text_wav(text), MINUTE)
    assert found.text == text


@settings(max_examples=10)
@given(sentences)
def test_streaming_gives_the_same_transcript(toy_transcriber, text):
    whole = toy_transcriber.transcribe(toy_model.text_wav(text), MINUTE)
    streamed = toy_transcriber.transcribe_stream(io.BytesIO(toy_model.text_wav(text)), MINUTE)
    assert (streamed.words, streamed.duration) == (whole.words, whole.duration)


def test_silence_gives_an_empty_transcript(toy_transcriber):
    found = toy_transcriber.transcribe(toy_model.encode(np.zeros(48_000, np.float32)), MINUTE)
    assert (found.text, found.words, found.confidence) == ("", (), None)
    assert found.duration == 3.0


def test_silent_windows_between_speech_keep_the_times(toy_transcriber):
    pause = np.zeros(16_000 * 7, np.float32)
    samples = np.concatenate([toy_model.text_waveform("a"), pause, toy_model.text_waveform("b")])
    found = toy_transcriber.transcribe(toy_model.encode(samples), MINUTE)
    assert [w.word for w in found.words] == ["ab"]  # no boundary was spoken
    assert (found.words[0].start, found.words[0].end) == (0.0, 7.3)


def test_ten_milliseconds_are_too_short(toy_transcriber):
    tenth = toy_model.encode(np.ones(160, np.float32) * 0.5)
    with pytest.raises(TooShortError, match="10 ms of audio; at least 100 ms"):
        toy_transcriber.transcribe(tenth, MINUTE)


def test_the_budget_applies_whole_and_streamed(toy_transcriber):
    audio = toy_model.text_wav("a" * 20)
    with pytest.raises(TooLongError):
        toy_transcriber.transcribe(audio, Budget(max_seconds=1.0))
    with pytest.raises(TooLongError):
        toy_transcriber.transcribe_stream(io.BytesIO(audio), Budget(max_seconds=1.0))


def test_only_the_first_transcription_is_a_cold_start(toy_bundle):
    transcriber = Transcriber(bundle.load(str(toy_bundle)))
    colds = [
        transcriber.transcribe(toy_model.text_wav("a"), MINUTE).timing.cold_start for _ in range(3)
    ]
    assert colds == [True, False, False]


def test_confidence_is_calibrated_by_the_manifest(tmp_path, toy_transcriber):
    certain = toy_model.write_bundle(tmp_path, confidence={"scale": 0.0, "bias": 0.0})
    plain = toy_transcriber.transcribe(toy_model.text_wav("a"), MINUTE).words[0].confidence
    flat = Transcriber(bundle.load(str(certain))).transcribe(toy_model.text_wav("a"), MINUTE)
    # one-hot scores of 6 over 29 classes
    assert plain == pytest.approx(np.exp(6) / (np.exp(6) + 28), abs=1e-3)
    assert flat.words[0].confidence == 0.5


def test_a_bundle_passes_its_golden_test(toy_transcriber):
    check_golden(toy_transcriber)


def test_a_bundle_that_fails_its_golden_test_is_rejected(tmp_path):
    golden = {
        "audio": base64.b64encode(toy_model.text_wav("silver")).decode(),
        "transcript": "golden",
    }
    uri = str(toy_model.write_bundle(tmp_path, golden=golden))
    assert open_transcriber(Settings(model_uri=uri))  # the self-test is optional
    with pytest.raises(ModelUnavailableError, match="transcribes its golden clip as 'silver'"):
        open_transcriber(Settings(model_uri=uri, model_self_test=True))


def test_the_warm_transcriber_is_opened_once(toy_bundle):
    settings = Settings(model_uri=str(toy_bundle))
    assert warm_transcriber(settings) is warm_transcriber(settings)


def test_a_model_that_failed_to_open_is_opened_again(tmp_path):
    settings = Settings(model_uri=str(tmp_path / "later"))
    with pytest.raises(ModelUnavailableError):
        warm_transcriber(settings)
    toy_model.write_bundle(tmp_path / "later")
    assert warm_transcriber(settings).identity.name == "toy"


def test_a_call_can_choose_its_decoder(ngram_transcriber):
    clip = ngram_toy.ambiguous_wav("a dab")
    greedy = ngram_transcriber.transcribe(clip, MINUTE)
    beam = ngram_transcriber.transcribe(clip, MINUTE, "beam")
    assert (greedy.text, greedy.model.decoder) == ("a dab", "greedy")
    assert (beam.text, beam.model.decoder) == ("a cab", "beam")
    assert ngram_transcriber.transcribe(clip, MINUTE).text == "a dab"


def test_a_vocabulary_implies_beam_search_and_is_written_as_given(ngram_transcriber):
    clip = ngram_toy.ambiguous_wav("a dab")
    found = ngram_transcriber.transcribe(clip, MINUTE, vocabulary=parse(["Dab"]))
    assert (found.text, found.model.decoder) == ("a Dab", "beam")
    assert [(word.word, word.punctuated_word) for word in found.words][-1] == ("dab", "Dab")
    assert ngram_transcriber.transcribe(clip, MINUTE, "beam").text == "a cab"


def test_whole_and_streamed_audio_take_a_vocabulary(ngram_transcriber):
    clip, names = ngram_toy.ambiguous_wav("a dab"), parse(["Dab"])
    streamed = ngram_transcriber.transcribe_stream(io.BytesIO(clip), MINUTE, vocabulary=names)
    waveform = ngram_transcriber.transcribe_waveform(decode(clip), vocabulary=names)
    assert streamed.text == waveform.text == "a Dab"


def test_a_vocabulary_with_greedy_decoding_is_refused(ngram_transcriber, toy_transcriber):
    clip, names = toy_model.text_wav("a dab"), parse(["Dab"])
    with pytest.raises(OptionError, match="needs the decoder beam, not greedy"):
        ngram_transcriber.transcribe(clip, MINUTE, "greedy", vocabulary=names)
    with pytest.raises(OptionError, match="this model bundle has none: leave it out"):
        toy_transcriber.transcribe(clip, MINUTE, vocabulary=names)


def test_an_optional_vocabulary_is_ignored_where_there_is_no_beam_search(
    ngram_transcriber, toy_transcriber
):
    clip, hints = ngram_toy.ambiguous_wav("a dab"), parse_prompt("Dab")
    assert ngram_transcriber.transcribe(clip, MINUTE, vocabulary=hints).text == "a Dab"
    for transcriber, decoder in ((ngram_transcriber, "greedy"), (toy_transcriber, None)):
        assert transcriber.transcribe(clip, MINUTE, decoder, vocabulary=hints).text == "a dab"


def test_a_phrase_that_the_model_cannot_write_is_refused_unless_optional(ngram_transcriber):
    clip = ngram_toy.ambiguous_wav("a dab")
    with pytest.raises(OptionError, match="'747' with '7'"):
        ngram_transcriber.transcribe(clip, MINUTE, vocabulary=parse(["747"]))
    hints = Vocabulary((*parse(["747", "Dab"]).phrases,), optional=True)
    assert ngram_transcriber.transcribe(clip, MINUTE, vocabulary=hints).text == "a Dab"


def test_the_available_decoders_depend_on_the_language_model(ngram_transcriber, toy_transcriber):
    assert ngram_transcriber.decoders == ("greedy", "beam")
    assert toy_transcriber.decoders == ("greedy",)


def test_the_decoder_of_the_settings_is_the_default(ngram_bundle):
    opened = open_transcriber(Settings(model_uri=str(ngram_bundle), decoder="beam"))
    found = opened.transcribe(ngram_toy.ambiguous_wav("a dab"), MINUTE)
    assert (found.text, found.model.decoder) == ("a cab", "beam")


def test_beam_search_without_a_language_model_is_rejected(toy_transcriber, toy_bundle):
    for transcribe in (toy_transcriber.transcribe, toy_transcriber.transcribe_stream):
        with pytest.raises(MalformedRequestError, match="this model bundle has none: use"):
            transcribe(io.BytesIO(toy_model.text_wav("a")), MINUTE, decoder="beam")
    with pytest.raises(ModelUnavailableError, match="this model bundle has none: use"):
        open_transcriber(Settings(model_uri=str(toy_bundle), decoder="beam"))


def test_greedy_decoding_imports_no_beam_search(ngram_bundle, monkeypatch):
    modules = [f"asr.decoding.{name}" for name in ("beam_search", "ngram_model", "segmentation")]
    for name in modules:
        monkeypatch.delitem(sys.modules, name, raising=False)
    transcriber = Transcriber(bundle.load(str(ngram_bundle)))
    assert transcriber.transcribe(toy_model.text_wav("a"), MINUTE).text == "a"
    assert not set(modules) & set(sys.modules)


def test_the_golden_test_covers_each_decoder(tmp_path):
    uri = str(ngram_toy.write_bundle(tmp_path, golden="silver"))
    with pytest.raises(
        ModelUnavailableError, match=r"language\.npz transcribes its golden clip as 'golden'"
    ):
        check_golden(Transcriber(bundle.load(uri)))


def test_words_have_their_plain_and_their_written_form(written_transcriber):
    found = written_transcriber.transcribe(toy_model.written_wav("Well-known, O'Neil."))
    assert found.text == "Well-known, O'Neil."
    assert [word.word for word in found.words] == ["well-known", "o'neil"]
    assert found.plain().text == "well-known o'neil"
    assert written_transcriber.writes_punctuation


def test_plain_labels_write_plain_words(toy_transcriber, keyword_transcriber):
    found = toy_transcriber.transcribe(toy_model.text_wav("'it's o' me' '"))
    assert [word.punctuated_word for word in found.words] == ["it's", "o", "me"]
    assert found == found.plain()
    assert not toy_transcriber.writes_punctuation
    assert not keyword_transcriber.writes_punctuation


def test_the_language_is_that_of_the_manifest(tmp_path):
    toy_model.write_bundle(tmp_path, language="de-CH")
    transcriber = Transcriber(bundle.load(str(tmp_path)))
    assert transcriber.transcribe(toy_model.text_wav("ja")).language == "de-CH"


def test_labels_without_their_word_boundary_are_rejected(tmp_path):
    toy_model.write_bundle(tmp_path, word_boundary="|")
    with pytest.raises(ModelUnavailableError, match=r"no label begins with the word boundary '\|'"):
        Transcriber(bundle.load(str(tmp_path)))


def test_a_language_model_needs_labels_of_characters(tmp_path):
    ngram_toy.write_bundle(tmp_path)
    labels = list(toy_model.ALPHABET.labels)
    labels[2] = " a"
    toy_model.change_manifest(tmp_path, labels=labels)
    with pytest.raises(ModelUnavailableError, match="needs a model whose labels are characters"):
        Transcriber(bundle.load(str(tmp_path)), "beam")
