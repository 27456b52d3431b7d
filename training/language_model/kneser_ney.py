"""Estimate an n-gram model with interpolated modified Kneser-Ney smoothing.

Chen and Goodman 1999, "An empirical study of smoothing techniques for language modeling", section
3, https://doi.org/10.1006/csla.1999.0128. Interpolated probabilities are estimated from unigrams
up; `training.language_model.backoff` then prunes rare n-grams and converts the rest.

N-grams are handled as arrays of integers. An n-gram is one number whose digits, in base `ids`, are
its word ids, the first word's the highest. So with length n:

    number // ids               the context: all words but the last
    number % ids                the last word
    number % ids ** (n - 1)     the suffix: all words but the first

and sorted numbers put the n-grams of one context side by side.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from asr.decoding.ngram_model import START, Integers, NgramTable
from training.language_model.backoff import backoff_tables, prune

Doubles = NDArray[np.float64]

NUMBER_LIMIT = 2**63  # n-grams as numbers must fit into int64


def estimate(
    sentences: Iterable[Sequence[int]], ids: int, min_counts: Sequence[int]
) -> list[NgramTable]:
    """Estimate the n-grams of `sentences`, from unigrams up to the order of the model.

    Parameters
    ----------
    sentences : iterable of sequences of int
        Word ids, each sentence from `START` to `END`.
    ids : int
        Size of the vocabulary, special ids included.
    min_counts : sequence of int
        By length, the count below which n-grams are pruned; unigrams are all kept. The context and
        the suffix of a kept n-gram are kept as well. The order is the number of counts.

    Raises
    ------
    ValueError
        If n-grams of this order over so many ids do not fit into 63 bits.
    """
    order = len(min_counts)
    if ids**order >= NUMBER_LIMIT:
        raise ValueError(
            f"{ids} ids are too many for n-grams of order {order}: a number of 63 bits, expected "
            f"at most {int(NUMBER_LIMIT ** (1 / order))} ids"
        )
    tokens = np.fromiter(chain.from_iterable(sentences), np.int64)
    ngrams, counts = _count(tokens, ids, order)
    # Unigrams have one context, the empty one; they are interpolated with the uniform distribution
    # over all ids but START, which is never predicted.
    empty = np.zeros(1, np.int64)
    probabilities = [_interpolate(counts[0], 1 / (ids - 1), np.zeros(ids, np.int64), empty)]
    probabilities[0][START] = 0.0
    for length in range(2, len(ngrams) + 1):
        numbers, shorter = ngrams[length - 1], ngrams[length - 2]
        suffix = np.searchsorted(shorter, numbers % ids ** (length - 1))
        context = np.searchsorted(shorter, numbers // ids)
        lower = probabilities[-1][suffix]
        probabilities.append(_interpolate(counts[length - 1], lower, context, shorter))
    kept = prune(ngrams, counts, min_counts, ids)
    return backoff_tables(ngrams, probabilities, kept, ids)


def _count(tokens: Integers, ids: int, order: int) -> tuple[list[Integers], list[Integers]]:
    """Count n-grams of each length; returns them sorted, with the counts that Kneser-Ney uses.

    Occurrences are counted for n-grams of the highest order, and for those that begin with `START`,
    before which nothing can stand. For all others it is the number of distinct words before them
    (continuation counts). Unigrams are all ids, with a count of 0 where they do not occur.
    """
    ngrams: list[Integers] = []
    counts: list[Integers] = []
    for length in range(1, order + 1):
        windows = np.lib.stride_tricks.sliding_window_view(tokens, length)
        # A START after the first place: the window spans two sentences. A unigram START is not
        # counted either, since it is never predicted.
        in_sentence = (windows[:, min(length - 1, 1) :] != START).all(axis=1)
        numbers = windows[in_sentence] @ ids ** np.arange(length)[::-1]
        unique, occurrences = np.unique(numbers, return_counts=True)
        ngrams.append(unique)
        counts.append(occurrences)
    for length in range(order - 1, 0, -1):
        # Each distinct longer n-gram is one more word before its suffix.
        suffixes, continuations = np.unique(ngrams[length] % ids**length, return_counts=True)
        counts[length - 1][np.searchsorted(ngrams[length - 1], suffixes)] = continuations
    unigram_counts = np.zeros(ids, np.int64)
    unigram_counts[ngrams[0]] = counts[0]
    return [np.arange(ids), *ngrams[1:]], [unigram_counts, *counts[1:]]


def discounts(counts: Integers) -> Doubles:
    """Compute the discounts of counts 0, 1, 2, and 3 or more, shape (4,)."""
    ones, twos, threes, fours = (max(int((counts == n).sum()), 1) for n in range(1, 5))
    factor = ones / (ones + 2 * twos)
    optimal = [1 - 2 * factor * twos / ones, 2 - 3 * factor * threes / twos]
    optimal.append(3 - 4 * factor * fours / threes)
    # In a very small corpus the formula can exceed the count or become negative.
    return np.array([0.0, *(min(max(d, 0.1), n) for n, d in enumerate(optimal, start=1))])


def _interpolate(
    counts: Integers, lower: Doubles | float, context: Integers, contexts: Integers
) -> Doubles:
    """Discount counts and interpolate with the lower order: p(w | h) of each n-gram, shape (n,).

        p(w | h) = (c(h w) - D) / c(h) + (sum of all D after h) / c(h) * p(w | h')

    Parameters
    ----------
    counts : array, shape (n,)
        c(h w), one per n-gram.
    lower : array, shape (n,), or float
        p(w | h'), the probability of each n-gram's suffix.
    context : array, shape (n,)
        Index of each n-gram's context h among `contexts`.
    contexts : array, shape (m,)
        All n-grams one shorter.
    """
    discount = discounts(counts)[np.minimum(counts, 3)]
    total = np.bincount(context, counts, len(contexts))
    lower_weight = np.bincount(context, discount, len(contexts)) / np.maximum(total, 1)
    probabilities: Doubles = (counts - discount) / total[context] + lower_weight[context] * lower
    return probabilities
