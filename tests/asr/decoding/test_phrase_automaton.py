import math
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.decoding.phrase_automaton import WORD_START, PhraseAutomaton, build_automaton
from asr.manifest import BeamSearchConfig
from tests.support import ngram_toy

LEXICON = ngram_toy.model().lexicon
CONFIG = BeamSearchConfig(lm_weight=0.7, word_score=0.3, unk_score=-1.5, beam_size=64)
FREE = replace(CONFIG, lm_weight=0.0)  # the choice among the phrases costs nothing
BONUS = 2.0
KNOWN, UNKNOWN = "cab", "dada"  # in and out of the lexicon


def automaton(*phrases: str, config: BeamSearchConfig = FREE) -> PhraseAutomaton:
    return build_automaton(phrases, LEXICON, config, BONUS)


def total(phrases: PhraseAutomaton, text: str) -> float:
    """The bonus of a whole text."""
    state, score = WORD_START, 0.0
    for character in text:
        column = -1 if character == " " else LEXICON.letters.index(character)
        score += phrases.bonus[state, column]
        state = int(phrases.following[state, column])
    return score + float(phrases.final[state])


def spelling(word: str) -> float:
    """The score that the search gives the letters of a word out of the lexicon."""
    edges = [-1, *map(LEXICON.letters.index, word), -1]
    bigrams = [LEXICON.letter_bigrams[pair] for pair in pairwise(edges)]
    return CONFIG.lm_weight * sum(map(float, bigrams)) + CONFIG.unk_score


def occurrences(text: str, phrase: str) -> int:
    """How often the words of a phrase follow one another in a text, without overlaps."""
    return len(re.findall(rf"(?<!\w){re.escape(phrase)}(?!\w)", text))


texts = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=6).map(" ".join)
short = st.lists(st.text("ab", min_size=1, max_size=2), min_size=1, max_size=3).map(" ".join)


@given(texts, short)
def test_a_phrase_counts_as_often_as_it_occurs_in_whole_words(text: str, phrase: str):
    phrases = automaton(phrase)
    expected = occurrences(text, phrase) * total(phrases, phrase)
    assert total(phrases, text) == pytest.approx(expected, abs=1e-6)


@given(texts, st.lists(short, min_size=1, max_size=5))
def test_a_text_without_a_phrase_has_no_bonus(text: str, phrases: list[str]):
    if not any(occurrences(text, phrase) for phrase in phrases):
        assert total(automaton(*phrases), text) == pytest.approx(0.0, abs=1e-6)


@given(texts, st.lists(short, min_size=1, max_size=5))
def test_a_word_boundary_at_the_end_changes_nothing(text: str, phrases: list[str]):
    built = automaton(*phrases)
    assert total(built, f"{text} ") == pytest.approx(total(built, text), abs=1e-6)


@given(st.lists(short, min_size=1, max_size=5, unique=True), st.randoms())
def test_the_order_of_the_phrases_does_not_matter(phrases: list[str], chance):
    shuffled = chance.sample(phrases, len(phrases))
    text = " ".join(phrases)
    assert total(automaton(*shuffled), text) == pytest.approx(total(automaton(*phrases), text))


def test_each_letter_of_a_phrase_earns_the_bonus():
    assert total(automaton(KNOWN), KNOWN) == pytest.approx(3 * BONUS)
    assert total(automaton(f"a {KNOWN}"), f"a {KNOWN}") == pytest.approx(4 * BONUS)


def test_the_spelling_of_a_word_out_of_the_lexicon_costs_nothing():
    expected = 4 * BONUS - spelling(UNKNOWN)
    assert total(automaton(UNKNOWN, config=CONFIG), UNKNOWN) == pytest.approx(expected)


def test_the_choice_among_the_phrases_costs_their_number():
    built = automaton(KNOWN, "dad", "bad", config=CONFIG)
    assert total(built, KNOWN) == pytest.approx(3 * BONUS - CONFIG.lm_weight * math.log(3))


def test_a_short_phrase_of_a_long_list_has_no_bonus():
    others = [f"{a}{b}{c}{d}" for a in "abcd" for b in "abcd" for c in "abcd" for d in "abcd"]
    built = automaton("a", *others, config=CONFIG)
    assert total(built, "a") == 0.0
    assert (built.bonus[WORD_START] >= 0).all()


def test_the_longest_of_nested_phrases_counts():
    built = automaton("a", "a cab", "a cab a dab")
    assert total(built, "a cab") == pytest.approx(4 * BONUS)
    assert total(built, "a bad") == pytest.approx(BONUS)
    # The match of the longest fails at its last letter; what it began with stays.
    assert total(built, "a cab a dad") == pytest.approx(5 * BONUS)


def test_a_phrase_within_a_failed_match_counts():
    assert total(automaton("bad cab dab", "cab"), "bad cab bad") == pytest.approx(3 * BONUS)


def test_a_part_of_a_word_does_not_match():
    built = automaton("cab")
    assert total(built, "cabcab") == pytest.approx(0.0)
    assert total(built, "acab") == pytest.approx(0.0)


def test_transitions_are_within_the_automaton():
    built = automaton("cab", "dada", "a cab")
    states = len(built.final)
    assert built.following.shape == built.bonus.shape == (states, len(LEXICON.letters) + 1)
    assert built.following.min() >= 0
    assert built.following.max() < states
    assert np.isfinite(built.bonus).all()
