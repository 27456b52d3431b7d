from dataclasses import replace
from pathlib import Path

import pytest

from asr.audio.audio import Budget, decode
from tests.support import tone_corpus, toy_model
from training.data.manifest import read_manifest
from training.evaluation.inference import transcribe_corpus
from training.evaluation.word_timing import (
    ctc_aligner,
    pocketsphinx_aligner,
    timing_errors,
    word_timing_errors,
)

HELLO = Path(__file__).parents[3] / "samples" / "hello.flac"
HELLO_WORDS = "good morning the weather is fine today"


@pytest.fixture
def recognise(toy_transcriber, tmp_path):
    """Transcribe clips, each given by its text in the manifest and its spoken text."""

    def recognise(*clips):
        spoken = [("an4", text, toy_model.text_waveform(spoken)) for text, spoken in clips]
        manifest = tone_corpus.write_clips(tmp_path, spoken)
        return transcribe_corpus(toy_transcriber, read_manifest(manifest))

    return recognise


@pytest.fixture
def model_errors(toy_transcriber):
    """Timing errors of results against the alignment by the toy model itself."""
    aligners = {"model": ctc_aligner(toy_transcriber)}
    return lambda results: word_timing_errors(results, aligners)["model"]


def delay(result, seconds):
    """The same result with all words later."""
    words = [
        replace(word, start=word.start + seconds, end=word.end + seconds)
        for word in result.transcript.words
    ]
    transcript = replace(
        result.transcript, words=tuple(words), duration=result.transcript.duration + seconds
    )
    return replace(result, transcript=transcript)


def test_times_equal_to_the_alignment_have_no_error(recognise, model_errors):
    errors = model_errors(recognise(("the cat sat", "the cat sat")))
    assert (errors.words, errors.mean, errors.percentile_95) == (3, 0.0, 0.0)


def test_a_constant_delay_is_the_timing_error(recognise, model_errors):
    results = recognise(("the cat sat", "the cat sat"))
    errors = model_errors([delay(result, 0.25) for result in results])
    assert (errors.mean, errors.median) == (0.25, 0.25)


def test_only_correctly_recognised_words_are_compared(recognise, model_errors):
    # "on" and "mat" are compared with themselves, though the word between them is an error.
    errors = model_errors(recognise(("on the mat", "on a mat")))
    assert (errors.words, errors.mean) == (2, 0.0)


def test_audio_longer_than_a_window_is_aligned_as_a_whole(toy_transcriber, recognise, model_errors):
    text = "a long tale of many cats and mats"
    window_seconds = toy_transcriber.manifest.window_seconds
    assert len(toy_model.text_waveform(text)) / 16_000 > 1.5 * window_seconds
    errors = model_errors(recognise((text, text)))
    assert (errors.words, errors.mean) == (8, 0.0)


def test_a_clip_too_short_for_its_text_is_ignored(recognise, model_errors):
    long = "a " + "bcdefghijk" * 12  # more characters than there are frames
    assert model_errors(recognise((long, "a b"), ("cat", "cat"))).words == 1


def test_without_correctly_recognised_words_there_are_no_timing_errors(recognise, model_errors):
    assert model_errors(recognise(("cat", "dog"))) is None


def test_each_aligner_has_its_own_timing_errors(recognise):
    results = recognise(("a cat", "a cat"))
    errors = word_timing_errors(
        results,
        {"early": lambda *_: [(0.0, 0.0), (0.0, 0.0)], "failing": lambda *_: []},
    )
    (result,) = results
    edges = [edge for word in result.transcript.words for edge in (word.start, word.end)]
    assert errors["early"] is not None
    assert errors["early"].mean == pytest.approx(sum(edges) / 4, abs=1e-3)
    assert errors["failing"] is None


@pytest.fixture(scope="module")
def hello():
    return decode(HELLO.read_bytes(), Budget(max_seconds=60.0)).samples


def test_pocketsphinx_aligns_the_words_of_real_speech(hello):
    edges = pocketsphinx_aligner()(hello, HELLO_WORDS)
    assert len(edges) == len(HELLO_WORDS.split())
    flat = [edge for word in edges for edge in word]
    assert flat == sorted(flat)
    assert 0 <= flat[0] < flat[-1] <= len(hello) / 16_000
    assert all(end - start > 0.05 for start, end in edges)


def test_pocketsphinx_does_not_align_an_out_of_vocabulary_word(hello):
    assert pocketsphinx_aligner()(hello, "good zzyzxq") == []


def test_starts_and_ends_count_alike():
    errors = timing_errors([((0.0, 1.0), (0.1, 1.0)), ((2.0, 3.0), (2.0, 3.3))])
    assert (errors.words, errors.mean, errors.median) == (2, 0.1, 0.05)
    assert errors.percentile_95 == pytest.approx(0.27, abs=1e-3)


def test_the_parts_of_a_compound_are_not_timed(recognise, model_errors):
    (result,) = recognise(("a cat sat", "a cat sat"))
    one, cat, sat = result.transcript.words
    compound = replace(cat, word="cat-sat", punctuated_word="Cat-sat", end=sat.end)
    transcript = replace(result.transcript, words=(one, compound))
    assert model_errors([replace(result, transcript=transcript)]).words == 1
