from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.metrics import Score, accuracy, interval, score

sentences = st.lists(st.text("ab'", min_size=1, max_size=3), max_size=5).map(" ".join)
pairs = st.lists(st.tuples(sentences, sentences), max_size=5)


def distance(one, other):
    """Levenshtein's distance by its recurrence, row by row."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        above, row = row, [i]
        for j, right in enumerate(other, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (left != right)))
    return row[-1]


@pytest.mark.parametrize(
    ("reference", "hypothesis", "edits", "cer"),
    [
        ("the cat sat", "the cat sat", (0, 0, 0), 0.0),
        ("the cat sat", "the hat sat", (1, 0, 0), 1 / 11),
        ("the cat sat", "the sat", (0, 1, 0), 4 / 11),
        ("the cat sat", "the cat sat down", (0, 0, 1), 5 / 11),
        ("the cat sat", "", (0, 3, 0), 1.0),
        ("ab", "b a b", (1, 0, 2), 3 / 2),
        ("", "", (0, 0, 0), 0.0),
        ("", "two words", (0, 0, 2), 9.0),
    ],
)
def test_edits_are_those_of_an_alignment_by_hand(reference, hypothesis, edits, cer):
    rates = score([reference], [hypothesis])
    assert (rates.substitutions, rates.deletions, rates.insertions) == edits
    assert rates.wer == sum(edits) / max(len(reference.split()), 1)
    assert rates.cer == cer


@given(pairs)
def test_edits_and_counts_are_those_of_levenshtein(texts):
    rates = score([r for r, _ in texts], [h for _, h in texts])
    word_edits = sum(distance(r.split(), h.split()) for r, h in texts)
    assert rates.substitutions + rates.deletions + rates.insertions == word_edits
    assert rates.character_edits == sum(distance(r, h) for r, h in texts)
    assert rates.utterances == len(texts)
    assert rates.words == sum(len(r.split()) for r, _ in texts)
    assert rates.characters == sum(len(r) for r, _ in texts)
    # what is left over after deletions and insertions is a substitution or right
    heard = sum(len(h.split()) for _, h in texts)
    assert rates.words - rates.deletions == heard - rates.insertions


@given(pairs, pairs)
def test_a_corpus_scores_as_the_sum_of_its_parts(some, others):
    one, other, both = (
        score([r for r, _ in texts], [h for _, h in texts])
        for texts in (some, others, some + others)
    )
    for member in fields(Score):
        assert getattr(both, member.name) == getattr(one, member.name) + getattr(other, member.name)


def test_rates_weigh_words_and_not_utterances():
    rates = score(["a", "b c d e f g h i j"], ["x", "b c d e f g h i j"])
    assert rates.wer == 0.1


def test_every_reference_has_a_hypothesis():
    with pytest.raises(ValueError, match="shorter"):
        score(["a", "b"], ["a"])


def test_accuracy_is_the_share_of_pairs_that_are_equal():
    assert accuracy(["a b", "c", "d", "e"], ["a b", "c", "x", ""]) == 0.5
    assert accuracy([], []) == 0.0


def test_the_interval_covers_the_true_rate_as_often_as_it_says():
    random = np.random.default_rng(1)
    covered = 0
    for _ in range(100):
        units = random.integers(3, 20, 60)
        low, high = interval(random.binomial(units, 0.3).tolist(), units.tolist())
        covered += low <= 0.3 <= high
    assert 85 <= covered <= 100


def test_more_utterances_make_it_narrower():
    few, many = interval([0, 1] * 10, [2] * 20), interval([0, 1] * 1000, [2] * 2000)
    assert few[1] - few[0] > 5 * (many[1] - many[0])


def test_utterances_that_are_alike_leave_no_doubt():
    assert interval([1, 1, 1], [4, 4, 4]) == (0.25, 0.25)


def test_the_same_seed_draws_the_same():
    errors, units = [0, 1, 3, 0, 2], [4, 4, 5, 6, 2]
    assert interval(errors, units) == interval(errors, units)
    assert interval(errors, units) != interval(errors, units, seed=1)


def test_draws_without_any_words_do_not_divide_by_nothing():
    low, high = interval([1, 0], [0, 5])
    assert np.isfinite([low, high]).all()
    assert low == pytest.approx(0.0)
