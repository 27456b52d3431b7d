from dataclasses import replace

import pytest

from asr import bundle
from asr.transcriber import Transcriber
from tests.asr import toy
from tests.training import corpora
from training import word_times
from training.corpus import read_manifest
from training.hearing import transcribe


@pytest.fixture
def opened(toy_bundle):
    return bundle.load(str(toy_bundle))


def heard(opened, folder, *clips):
    manifest = corpora.write_spoken(
        folder, [("an4", text, toy.speak(said)) for text, said in clips]
    )
    return transcribe(Transcriber(opened), read_manifest(manifest))


def shifted(result, seconds):
    """The same result with all words that much later."""
    words = [
        replace(w, start=w.start + seconds, end=w.end + seconds) for w in result.transcript.words
    ]
    return replace(result, transcript=replace(result.transcript, words=tuple(words)))


def test_times_that_are_those_of_the_alignment_have_no_error(opened, tmp_path):
    errors = word_times.measure(opened, heard(opened, tmp_path, ("the cat sat", "the cat sat")))
    assert errors is not None
    assert (errors.words, errors.mean, errors.percentile_95) == (3, 0.0, 0.0)


def test_times_that_stray_are_told_by_how_much(opened, tmp_path):
    results = heard(opened, tmp_path, ("the cat sat", "the cat sat"))
    errors = word_times.measure(opened, [shifted(result, 0.25) for result in results])
    assert errors is not None
    assert (errors.mean, errors.median) == (0.25, 0.25)


def test_only_words_that_were_heard_right_count(opened, tmp_path):
    # "on" and "mat" are compared with themselves, though a word between them was misheard.
    errors = word_times.measure(opened, heard(opened, tmp_path, ("on the mat", "on a mat")))
    assert errors is not None
    assert (errors.words, errors.mean) == (2, 0.0)


def test_audio_longer_than_a_window_is_aligned_whole(opened, tmp_path):
    text = "a long tale of many cats and mats"
    assert len(toy.speak(text)) / 16_000 > 1.5 * opened.manifest.window_seconds
    errors = word_times.measure(opened, heard(opened, tmp_path, (text, text)))
    assert errors is not None
    assert (errors.words, errors.mean) == (8, 0.0)


def test_a_clip_too_short_for_its_text_is_left_out(opened, tmp_path):
    long = "a " + "bcdefghijk" * 12  # more characters than there are frames
    results = heard(opened, tmp_path, (long, "a b"), ("cat", "cat"))
    errors = word_times.measure(opened, results)
    assert errors is not None
    assert errors.words == 1


def test_where_nothing_is_right_nothing_is_measured(opened, tmp_path):
    assert word_times.measure(opened, heard(opened, tmp_path, ("cat", "dog"))) is None
