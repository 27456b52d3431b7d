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
from asr.decoding.phrase_automaton import WORD_START, build_automaton
from asr.manifest import Alphabet, BeamSearchConfig
from tests.support import ngram_toy

ALPHABET = Alphabet(("a", "b", " ", "c", "d", ""), blank=5, word_boundary=" ")
WIDE = BeamSearchConfig(lm_weight=0.0, word_score=0.0, unk_score=0.0, beam_size=4000)
MODEL = ngram_toy.model()
IDS = {word: number for number, word in enumerate(MODEL.lexicon.words(), FIRST_WORD)}


def collapsed(path):
    """The text of a path: repeated and outer word boundaries removed."""
    labels = [ALPHABET.labels[k] for k in ctc.collapse(path, ALPHABET.blank)]
    return " ".join("".join(labels).split())


def acoustic_scores(log_probs):
    """Log-probability of each text: the sum over all of its paths."""
    frames, classes = log_probs.shape
    texts: dict[str, float] = {}
    for path in itertools.product(range(classes), repeat=frames):
        total = float(log_probs[np.arange(frames), path].sum(dtype=np.float64))
        text = collapsed(path)
        texts[text] = np.logaddexp(texts.get(text, -np.inf), total)
    return texts


def language_score(text, search):
    """Language-model score of a text, with word scores, computed word by word."""
    letters, bigrams = MODEL.lexicon.letters, MODEL.lexicon.letter_bigrams.astype(np.float64)
    context, score = MODEL.start(), 0.0
    for word in text.split():
        number = IDS.get(word, UNKNOWN)
        log_prob, context = MODEL.score(context, np.array([number]))
        score += search.lm_weight * float(log_prob[0]) + search.word_score
        if number == UNKNOWN:
            edges = [-1, *map(letters.index, word), -1]
            score += search.unk_score
            score += search.lm_weight * sum(bigrams[pair] for pair in itertools.pairwise(edges))
    end, _ = MODEL.score(context, np.array([END]))
    return score + search.lm_weight * float(end[0])


def total_scores(log_probs, config):
    return {
        text: acoustic + language_score(text, config)
        for text, acoustic in acoustic_scores(log_probs).items()
    }


few_frames = hnp.arrays(
    np.float32, st.tuples(st.integers(1, 4), st.just(6)), elements=st.floats(-3, 0, width=32)
).map(lambda scores: scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


@settings(max_examples=40)
@given(few_frames)
def test_without_a_language_model_the_text_most_probable_over_all_paths_is_found(log_probs):
    every = total_scores(log_probs, WIDE)
    found = BeamSearch(ALPHABET, MODEL, WIDE).best_text(log_probs)
    assert every[found] == pytest.approx(max(every.values()), abs=1e-6)


@settings(max_examples=40)
@given(few_frames, st.floats(0.1, 1.5), st.floats(-1, 2), st.floats(-2, 2))
def test_with_a_language_model_the_text_with_the_best_total_score_is_found(
    log_probs, weight, word, unknown
):
    config = replace(WIDE, lm_weight=weight, word_score=word, unk_score=unknown)
    every = total_scores(log_probs, config)
    found = BeamSearch(ALPHABET, MODEL, config).best_text(log_probs)
    assert every[found] == pytest.approx(max(every.values()), abs=1e-5)


def phrase_bonus(phrases, text):
    """Bonus of a text, letter by letter."""
    state, score = WORD_START, 0.0
    for character in text:
        letter = -1 if character == " " else MODEL.lexicon.letters.index(character)
        score += phrases.bonus[state, letter]
        state = phrases.following[state, letter]
    return score + phrases.final[state]


@settings(max_examples=40)
@given(
    few_frames,
    st.lists(st.sampled_from(["a", "cab", "a d", "dad", "b c a"]), min_size=1),
    st.floats(0, 3),
)
def test_with_phrases_the_text_with_the_best_total_score_and_bonus_is_found(
    log_probs, phrases, letter_bonus
):
    config = replace(WIDE, lm_weight=0.5, word_score=0.2, unk_score=-0.4)
    automaton = build_automaton(phrases, MODEL.lexicon, config, letter_bonus)
    every = {
        text: score + phrase_bonus(automaton, text)
        for text, score in total_scores(log_probs, config).items()
    }
    search = BeamSearch(ALPHABET, MODEL, config).with_phrases(phrases, letter_bonus)
    assert every[search.best_text(log_probs)] == pytest.approx(max(every.values()), abs=1e-5)


@settings(max_examples=40)
@given(few_frames, st.integers(1, 3))
def test_a_narrow_beam_finds_a_text_that_a_path_collapses_to(log_probs, beam_size):
    config = replace(WIDE, lm_weight=0.7, beam_size=beam_size)
    assert BeamSearch(ALPHABET, MODEL, config).best_text(log_probs) in acoustic_scores(log_probs)


def frames(*probabilities):
    """Log-probabilities with the given probabilities, the rest near 0: shape (frames, 6)."""
    rows = np.full((len(probabilities), 6), 1e-4)
    for row, probable in zip(rows, probabilities, strict=True):
        for label, probability in probable.items():
            row[ALPHABET.labels.index(label)] = probability
    return np.log(rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)


CLEAR = [{letter: 1.0} for letter in "a cab"]


def best_text(log_probs, **changes):
    return BeamSearch(ALPHABET, MODEL, replace(WIDE, lm_weight=0.7, **changes)).best_text(log_probs)


def test_the_language_model_decides_between_similar_words():
    ambiguous = frames(*CLEAR[:2], {"c": 0.49, "d": 0.51}, *CLEAR[3:])
    assert ctc.greedy_text(ambiguous, ALPHABET) == "a dab"
    assert best_text(ambiguous) == "a cab"


def test_an_out_of_vocabulary_word_is_found_if_its_letters_are_certain():
    assert "dada" not in IDS
    assert best_text(frames(*({letter: 1.0} for letter in "a dada"))) == "a dada"


def test_the_unknown_word_score_changes_the_preference():
    ambiguous = frames(*CLEAR[:2], {"c": 0.2, "d": 0.8}, *CLEAR[3:])
    assert best_text(ambiguous, unk_score=15.0) == "a dab"
    assert best_text(ambiguous, unk_score=-15.0) == "a cab"


@given(st.integers(0, 4), st.integers(1, 5))
def test_certain_blanks_between_different_letters_do_not_change_the_text(place, count):
    silence = [{"": 1.0}] * count
    log_probs = frames(*CLEAR[:place], *silence, *CLEAR[place:])
    log_probs[place : place + count, :5] = -np.inf  # as in windows of silence
    assert best_text(log_probs) == "a cab"


def test_frames_without_speech_give_an_empty_text():
    assert best_text(frames({"": 1.0}, {"": 1.0})) == ""
    assert best_text(np.full((0, 6), 0.0, np.float32)) == ""


@pytest.mark.parametrize("edges", [(" ", " "), ("", " "), (" ", "")])
def test_repeated_and_outer_word_boundaries_do_not_change_the_text(edges):
    first, last = edges
    spoken = [{label: 1.0} for label in [first, "a", " ", "", " ", " ", "c", "a", "b", last]]
    assert best_text(frames(*spoken)) == "a cab"


def test_the_order_of_the_alphabet_does_not_change_the_text():
    log_probs = frames(*CLEAR)
    order = [5, 3, 2, 0, 4, 1]
    other = Alphabet(tuple(ALPHABET.labels[k] for k in order), blank=0, word_boundary=" ")
    search = BeamSearch(other, MODEL, replace(WIDE, lm_weight=0.7))
    assert search.best_text(log_probs[:, order]) == "a cab"


def test_a_phrase_out_of_vocabulary_is_preferred():
    ambiguous = frames(*CLEAR[:2], {"d": 0.4, "c": 0.6}, {"a": 1.0}, {"d": 0.4, "b": 0.6})
    search = BeamSearch(ALPHABET, MODEL, replace(WIDE, lm_weight=0.7))
    assert search.best_text(ambiguous) == "a cab"
    assert search.with_phrases(["dad"]).best_text(ambiguous) == "a dad"
    assert search.best_text(ambiguous) == "a cab"
