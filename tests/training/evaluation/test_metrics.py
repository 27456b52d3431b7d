from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.metrics import Score, accuracy, bootstrap_interval, score

sentences = st.lists(st.text("ab'", min_size=1, max_size=3), max_size=5).map(" ".join)
pairs = st.lists(st.tuples(sentences, sentences), max_size=5)


def distance(one, other):
    """Levenshtein distance by its recurrence, row by row."""
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
def test_edits_match_an_alignment_by_hand(reference, hypothesis, edits, cer):
    rates = score([reference], [hypothesis])
    assert (rates.substitutions, rates.deletions, rates.insertions) == edits
    assert rates.wer == sum(edits) / max(len(reference.split()), 1)
    assert rates.cer == cer


@given(pairs)
def test_edits_match_the_levenshtein_distance(texts):
    rates = score([r for r, _ in texts], [h for _, h in texts])
    word_edits = sum(distance(r.split(), h.split()) for r, h in texts)
    assert rates.substitutions + rates.deletions + rates.insertions == word_edits
    assert rates.character_edits == sum(distance(r, h) for r, h in texts)
    assert rates.utterances == len(texts)
    assert rates.words == sum(len(r.split()) for r, _ in texts)
    assert rates.characters == sum(len(r) for r, _ in texts)
    # a word that is neither deleted nor inserted is substituted or a hit
    hypothesis_words = sum(len(h.split()) for _, h in texts)
    assert rates.words - rates.deletions == hypothesis_words - rates.insertions


@given(pairs, pairs)
def test_the_score_of_a_corpus_is_the_sum_of_its_parts(some, others):
    one, other, both = (
        score([r for r, _ in texts], [h for _, h in texts])
        for texts in (some, others, some + others)
    )
    for member in fields(Score):
        assert getattr(both, member.name) == getattr(one, member.name) + getattr(other, member.name)


def test_error_rates_are_weighted_by_words():
    rates = score(["a", "b c d e f g h i j"], ["x", "b c d e f g h i j"])
    assert rates.wer == 0.1


def test_a_missing_hypothesis_is_an_error():
    with pytest.raises(ValueError, match="shorter"):
        score(["a", "b"], ["a"])


def test_accuracy_is_the_share_of_equal_pairs():
    assert accuracy(["a b", "c", "d", "e"], ["a b", "c", "x", ""]) == 0.5
    assert accuracy([], []) == 0.0


def test_the_bootstrap_interval_covers_the_true_rate_at_its_level():
    random = np.random.default_rng(1)
    covered = 0
    for _ in range(100):
        units = random.integers(3, 20, 60)
        low, high = bootstrap_interval(random.binomial(units, 0.3).tolist(), units.tolist())
        covered += low <= 0.3 <= high
    assert 85 <= covered <= 100


def test_more_utterances_narrow_the_bootstrap_interval():
    few, many = (
        bootstrap_interval([0, 1] * 10, [2] * 20),
        bootstrap_interval([0, 1] * 1000, [2] * 2000),
    )
    assert few[1] - few[0] > 5 * (many[1] - many[0])


def test_identical_utterances_have_an_interval_of_zero_width():
    assert bootstrap_interval([1, 1, 1], [4, 4, 4]) == (0.25, 0.25)


def test_a_bootstrap_interval_is_reproducible_by_its_seed():
    errors, units = [0, 1, 3, 0, 2], [4, 4, 5, 6, 2]
    assert bootstrap_interval(errors, units) == bootstrap_interval(errors, units)
    assert bootstrap_interval(errors, units) != bootstrap_interval(errors, units, seed=1)


def test_resamples_without_words_do_not_divide_by_zero():
    low, high = bootstrap_interval([1, 0], [0, 5])
    assert np.isfinite([low, high]).all()
    assert low == pytest.approx(0.0)
