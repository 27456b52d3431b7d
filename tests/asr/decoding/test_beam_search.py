import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from asr.decoding import ctc
from asr.decoding.beam_search import BeamSearch
from asr.decoding.ngram_model import (
    END,
    FIRST_WORD,
    UNKNOWN,
)
from asr.manifest import Alphabet, BeamSearchConfig
from tests.support import ngram_toy

ALPHABET = Alphabet(("a", "b", " ", "c", "d", ""), blank=5, word_boundary=" ")
WIDE = BeamSearchConfig(lm_weight=0.0, word_score=0.0, unk_score=0.0, beam_size=4000)
MODEL = ngram_toy.model()
IDS = {word: number for number, word in enumerate(MODEL.lexicon.words(), FIRST_WORD)}


def collapsed(path):
    """The text of a path: boundaries count once, and between words alone."""
    labels = [ALPHABET.labels[k] for k in ctc.collapse(path, ALPHABET.blank)]
    return " ".join("".join(labels).split())


def sounds(log_probs):
    """Log-probability of each text, over all paths that there are."""
    frames, classes = log_probs.shape
    texts: dict[str, float] = {}
    for path in itertools.product(range(classes), repeat=frames):
        total = float(log_probs[np.arange(frames), path].sum(dtype=np.float64))
        text = collapsed(path)
        texts[text] = np.logaddexp(texts.get(text, -np.inf), total)
    return texts


def language_score(text, search):
    """What the language adds to a text, a word at a time."""
    letters, spelling = MODEL.lexicon.letters, MODEL.lexicon.letter_bigrams.astype(np.float64)
    context, score = MODEL.start(), 0.0
    for word in text.split():
        number = IDS.get(word, UNKNOWN)
        log_prob, context = MODEL.score(context, np.array([number]))
        score += search.lm_weight * float(log_prob[0]) + search.word_score
        if number == UNKNOWN:
            edges = [-1, *map(letters.index, word), -1]
            score += search.unk_score
            score += search.lm_weight * sum(spelling[pair] for pair in itertools.pairwise(edges))
    end, _ = MODEL.score(context, np.array([END]))
    return score + search.lm_weight * float(end[0])


def scores(log_probs, search):
    return {text: sound + language_score(text, search) for text, sound in sounds(log_probs).items()}


few_frames = hnp.arrays(
    np.float32, st.tuples(st.integers(1, 4), st.just(6)), elements=st.floats(-3, 0, width=32)
).map(lambda scores: scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


@settings(max_examples=40)
@given(few_frames)
def test_without_a_language_it_finds_the_text_most_probable_over_all_paths(log_probs):
    every = scores(log_probs, WIDE)
    found = BeamSearch(ALPHABET, MODEL, WIDE).best_text(log_probs)
    assert every[found] == pytest.approx(max(every.values()), abs=1e-6)


@settings(max_examples=40)
@given(few_frames, st.floats(0.1, 1.5), st.floats(-1, 2), st.floats(-2, 2))
def test_with_a_language_it_finds_the_best_of_sound_and_language(log_probs, weight, word, unknown):
    search = replace(WIDE, lm_weight=weight, word_score=word, unk_score=unknown)
    every = scores(log_probs, search)
    found = BeamSearch(ALPHABET, MODEL, search).best_text(log_probs)
    assert every[found] == pytest.approx(max(every.values()), abs=1e-5)


@settings(max_examples=40)
@given(few_frames, st.integers(1, 3))
def test_however_narrow_it_finds_a_text_that_the_frames_can_hold(log_probs, hypotheses):
    search = replace(WIDE, lm_weight=0.7, beam_size=hypotheses)
    assert BeamSearch(ALPHABET, MODEL, search).best_text(log_probs) in sounds(log_probs)


def frames(*probabilities):
    """Frames of what is probable in each, and the rest little: shape (frames, 6)."""
    rows = np.full((len(probabilities), 6), 1e-4)
    for row, given_ in zip(rows, probabilities, strict=True):
        for label, probability in given_.items():
            row[ALPHABET.labels.index(label)] = probability
    return np.log(rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)


SURE = [{letter: 1.0} for letter in "a cab"]


def heard(log_probs, **changes):
    return BeamSearch(ALPHABET, MODEL, replace(WIDE, lm_weight=0.7, **changes)).best_text(log_probs)


def test_the_language_decides_where_the_sound_does_not():
    unsure = frames(*SURE[:2], {"c": 0.49, "d": 0.51}, *SURE[3:])
    assert ctc.greedy_text(unsure, ALPHABET) == "a dab"
    assert heard(unsure) == "a cab"


def test_a_word_that_it_does_not_know_is_heard_where_the_sound_is_sure():
    assert "dada" not in IDS
    assert heard(frames(*({letter: 1.0} for letter in "a dada"))) == "a dada"


def test_unknown_words_can_be_made_dearer():
    unsure = frames(*SURE[:2], {"c": 0.2, "d": 0.8}, *SURE[3:])
    assert heard(unsure, unk_score=15.0) == "a dab"
    assert heard(unsure, unk_score=-15.0) == "a cab"


@given(st.integers(0, 4), st.integers(1, 5))
def test_frames_that_are_surely_blank_change_nothing_between_unequal_letters(place, count):
    silence = [{"": 1.0}] * count
    log_probs = frames(*SURE[:place], *silence, *SURE[place:])
    log_probs[place : place + count, :5] = -np.inf  # as in windows of silence
    assert heard(log_probs) == "a cab"


def test_no_frames_of_speech_are_no_text():
    assert heard(frames({"": 1.0}, {"": 1.0})) == ""
    assert heard(np.full((0, 6), 0.0, np.float32)) == ""


@pytest.mark.parametrize("edges", [(" ", " "), ("", " "), (" ", "")])
def test_boundaries_at_the_edges_and_in_pauses_part_words_once(edges):
    first, last = edges
    spoken = [{label: 1.0} for label in [first, "a", " ", "", " ", " ", "c", "a", "b", last]]
    assert heard(frames(*spoken)) == "a cab"


def test_an_alphabet_in_another_order_hears_the_same():
    log_probs = frames(*SURE)
    order = [5, 3, 2, 0, 4, 1]
    other = Alphabet(tuple(ALPHABET.labels[k] for k in order), blank=0, word_boundary=" ")
    search = BeamSearch(other, MODEL, replace(WIDE, lm_weight=0.7))
    assert search.best_text(log_probs[:, order]) == "a cab"
