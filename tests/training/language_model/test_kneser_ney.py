from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.decoding.ngram_model import END, START, NgramModel
from training.language_model.kneser_ney import discounts, estimate

IDS = 6
corpora = st.lists(
    st.lists(st.integers(END + 1, IDS - 1), min_size=1, max_size=6).map(
        lambda words: [START, *words, END]
    ),
    min_size=1,
    max_size=12,
)
min_counts = st.tuples(st.just(1), st.integers(1, 3), st.integers(1, 3))


def model_of(sentences, minimum=(1, 1, 1)):
    return NgramModel(None, tuple(estimate(sentences, IDS, minimum)))  # type: ignore[arg-type]


def context_of(model, words):
    """The model's context after `words`, the first of which may be `START`."""
    context = model.start() if words[:1] == [START] else np.full((1, len(model.orders) - 1), -1)
    for word in words[words[:1] == [START] :]:
        _, context = model.score(context, np.array([word]))
    return context


@given(corpora, min_counts, st.lists(st.integers(START, IDS - 1), max_size=2))
def test_the_probabilities_after_any_context_sum_to_one(sentences, minimum, words):
    model = model_of(sentences, minimum)
    context = np.repeat(context_of(model, words), IDS, axis=0)
    log_prob, _ = model.score(context, np.arange(IDS))
    assert np.exp(log_prob[END:].astype(float)).sum() == pytest.approx(1, abs=1e-5)


def reference(sentences, gram):
    """Modified Kneser-Ney by the formulas of Chen and Goodman 1999, one n-gram at a time."""

    def count(pattern):
        """Occurrences of the longest n-grams, continuation counts of all others."""
        if len(pattern) == 3 or pattern[0] == START:
            return sum(
                tuple(sentence[i : i + len(pattern)]) == pattern
                for sentence in sentences
                for i in range(len(sentence) - len(pattern) + 1)
            )
        return len(
            {
                sentence[i - 1]
                for sentence in sentences
                for i in range(1, len(sentence) - len(pattern) + 1)
                if tuple(sentence[i : i + len(pattern)]) == pattern
            }
        )

    *context, word = gram
    if len(gram) > 1 and not any(count((*context, other)) for other in range(END, IDS)):
        return reference(sentences, gram[1:])
    patterns = [
        pattern
        for pattern in product(range(IDS), repeat=len(gram))
        if START not in pattern[min(1, len(gram) - 1) :]
    ]
    discount = discounts(np.array([count(pattern) for pattern in patterns]))
    counts = Counter({other: count((*context, other)) for other in range(END, IDS)})
    total = sum(counts.values())
    lower_weight = sum(discount[min(n, 3)] for n in counts.values()) / total
    lower = reference(sentences, gram[1:]) if context else 1 / (IDS - 1)
    return (counts[word] - discount[min(counts[word], 3)]) / total + lower_weight * lower


@given(corpora, st.lists(st.integers(START, IDS - 1), max_size=2), st.integers(END, IDS - 1))
def test_probabilities_are_those_of_the_formulas_in_the_paper(sentences, words, word):
    words = [START, *words[1:]] if words[:1] == [START] else words
    if START in words[1:]:
        return
    model = model_of(sentences)
    log_prob, _ = model.score(context_of(model, words), np.array([word]))
    assert np.exp(log_prob[0]) == pytest.approx(reference(sentences, (*words, word)), rel=1e-4)


def test_discounts_are_those_of_the_formula_where_counts_suffice():
    counts = np.repeat([1, 2, 3, 4], [40, 12, 6, 4])
    factor = 40 / (40 + 24)
    expected = [0, 1 - 2 * factor * 12 / 40, 2 - 3 * factor * 6 / 12, 3 - 4 * factor * 4 / 6]
    assert discounts(counts) == pytest.approx(expected)


def test_n_grams_below_the_minimum_count_are_pruned():
    sentences = [[START, 2, 3, 4, END]] * 2 + [[START, 2, 3, 5, END]]
    kept = [len(order.keys) for order in estimate(sentences, IDS, (1, 1, 2))]
    assert kept == [IDS, 6, 3]  # without (2, 3, 5) and (3, 5, END)


def test_too_many_ids_for_63_bits_are_rejected():
    with pytest.raises(ValueError, match="are too many"):
        estimate([[START, END]], 2**22, (1, 1, 1))
