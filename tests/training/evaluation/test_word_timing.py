from dataclasses import replace
from pathlib import Path

import pytest

from asr.audio.audio import Budget, decode
from tests.support import tone_corpus, toy_model
from training.data.manifest import read_manifest
from training.evaluation import word_timing
from training.evaluation.inference import transcribe
from training.evaluation.word_timing import time_errors

HELLO = Path(__file__).parents[3] / "samples" / "hello.flac"
HELLO_WORDS = "good morning the weather is fine today"


@pytest.fixture
def hear(toy_transcriber, tmp_path):
    """Clips of (text in the manifest, what is really said), as the toy hears them."""

    def heard(*clips):
        spoken = [("an4", text, toy_model.speak(said)) for text, said in clips]
        manifest = tone_corpus.write_clips(tmp_path, spoken)
        return transcribe(toy_transcriber, read_manifest(manifest))

    return heard


@pytest.fixture
def strays(toy_transcriber):
    """How far the times of results stray from the toy's own alignment."""
    aligners = {"it": word_timing.by_itself(toy_transcriber)}
    return lambda results: word_timing.measure(results, aligners)["it"]


def later(result, seconds):
    """The same result with all words that much later."""
    words = [
        replace(word, start=word.start + seconds, end=word.end + seconds)
        for word in result.transcript.words
    ]
    return replace(result, transcript=replace(result.transcript, words=tuple(words)))


def test_times_that_are_those_of_the_alignment_have_no_error(hear, strays):
    errors = strays(hear(("the cat sat", "the cat sat")))
    assert (errors.words, errors.mean, errors.percentile_95) == (3, 0.0, 0.0)


def test_times_that_stray_are_told_by_how_much(hear, strays):
    errors = strays([later(result, 0.25) for result in hear(("the cat sat", "the cat sat"))])
    assert (errors.mean, errors.median) == (0.25, 0.25)


def test_only_words_that_were_heard_right_count(hear, strays):
    # "on" and "mat" are compared with themselves, though a word between them was misheard.
    errors = strays(hear(("on the mat", "on a mat")))
    assert (errors.words, errors.mean) == (2, 0.0)


def test_audio_longer_than_a_window_is_aligned_whole(opened, hear, strays):
    text = "a long tale of many cats and mats"
    assert len(toy_model.speak(text)) / 16_000 > 1.5 * opened.manifest.window_seconds
    errors = strays(hear((text, text)))
    assert (errors.words, errors.mean) == (8, 0.0)


def test_a_clip_too_short_for_its_text_is_left_out(hear, strays):
    long = "a " + "bcdefghijk" * 12  # more characters than there are frames
    assert strays(hear((long, "a b"), ("cat", "cat"))).words == 1


def test_where_nothing_is_right_nothing_is_measured(hear, strays):
    assert strays(hear(("cat", "dog"))) is None


def test_each_aligner_is_compared_with_on_its_own(hear):
    results = hear(("a cat", "a cat"))
    found = word_timing.measure(
        results,
        {"early": lambda *_: [(0.0, 0.0), (0.0, 0.0)], "lost": lambda *_: []},
    )
    (result,) = results
    edges = [edge for word in result.transcript.words for edge in (word.start, word.end)]
    assert found["early"] is not None
    assert found["early"].mean == pytest.approx(sum(edges) / 4, abs=1e-3)
    assert found["lost"] is None


def test_pocketsphinx_finds_words_where_they_are_spoken():
    samples = decode(HELLO.read_bytes(), Budget(max_seconds=60.0)).samples
    edges = word_timing.by_pocketsphinx()(samples, HELLO_WORDS)
    assert len(edges) == len(HELLO_WORDS.split())
    flat = [edge for word in edges for edge in word]
    assert flat == sorted(flat)
    assert 0 <= flat[0] < flat[-1] <= len(samples) / 16_000
    assert all(end - start > 0.05 for start, end in edges)


def test_pocketsphinx_finds_nothing_where_it_does_not_know_a_word():
    samples = decode(HELLO.read_bytes(), Budget(max_seconds=60.0)).samples
    assert word_timing.by_pocketsphinx()(samples, "good zzyzxq") == []


def test_both_edges_count():
    errors = time_errors([((0.0, 1.0), (0.1, 1.0)), ((2.0, 3.0), (2.0, 3.3))])
    assert (errors.words, errors.mean, errors.median) == (2, 0.1, 0.05)
    assert errors.percentile_95 == pytest.approx(0.27, abs=1e-3)
