"""Estimate an n-gram model with interpolated modified Kneser-Ney smoothing.

Chen and Goodman 1999, "An empirical study of smoothing techniques for language modeling", section
3, https://doi.org/10.1006/csla.1999.0128. Interpolated probabilities are estimated first, from
unigrams up; then rare n-grams are pruned, and the rest becomes a backoff model as in an ARPA file.

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

Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]

NUMBER_LIMIT = 2**63  # n-grams as numbers must fit into int64
MIN_PROBABILITY = 1e-12  # of what a context leaves to other words, which rounding can make zero


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
        By length, the count below which n-grams are pruned; unigrams are all kept. What a kept
        n-gram needs is kept as well: its context and its suffix. The order is its length.

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
    kept = _select(ngrams, counts, min_counts, ids)
    return _backoff_tables(ngrams, probabilities, kept, ids)


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


def _select(
    ngrams: Sequence[Integers], counts: Sequence[Integers], min_counts: Sequence[int], ids: int
) -> list[Mask]:
    """Mark the n-grams to keep: frequent ones, and the contexts and suffixes of those kept."""
    kept = [count >= minimum for count, minimum in zip(counts, min_counts, strict=True)]
    kept[0][:] = True
    for length in range(len(ngrams), 1, -1):
        longer = ngrams[length - 1][kept[length - 1]]
        for needed in (longer // ids, longer % ids ** (length - 1)):
            kept[length - 2][np.searchsorted(ngrams[length - 2], needed)] = True
    return kept


def _backoff_tables(
    ngrams: Sequence[Integers],
    probabilities: Sequence[Doubles],
    kept: Sequence[Mask],
    ids: int,
) -> list[NgramTable]:
    """Prune interpolated probabilities and convert them to a backoff model (Katz 1987).

    An n-gram that is not in the table is scored as `backoff(h) * p(w | h')`, where h' is the
    context h without its first word. The tables hold natural logarithms, and their keys are
    `context * ids + word`, where `context` is the row of h in the table one shorter.
    """
    tables_ngrams = [each[mask] for each, mask in zip(ngrams, kept, strict=True) if mask.any()]
    values = [each[mask] for each, mask in zip(probabilities, kept, strict=True)]
    # START has probability zero and is never scored; any other value avoids log(0).
    values[0][START] = values[0][np.arange(ids) != START].min()
    tables = []
    context = np.zeros(ids, np.int64)
    for length, numbers in enumerate(tables_ngrams, start=1):
        keys = context * ids + numbers % ids
        backoff = np.zeros(0)  # of the highest order: nothing is longer
        if length < len(tables_ngrams):
            longer = tables_ngrams[length]
            context = np.searchsorted(numbers, longer // ids)
            suffix = np.searchsorted(numbers, longer % ids**length)
            backoff = _log_backoff(
                values[length], values[length - 1][suffix], context, len(numbers)
            )
        log_prob = np.log(values[length - 1]).astype(np.float32)
        tables.append(NgramTable(keys, log_prob, backoff.astype(np.float32)))
    return tables


def _log_backoff(
    probabilities: Doubles, lower: Doubles, context: Integers, contexts: int
) -> Doubles:
    """Compute the log backoff weight of each context, with which its distribution sums to one.

        backoff(h) = (1 - sum p(w | h)) / (1 - sum p(w | h'))    over the words w kept after h

    Parameters
    ----------
    probabilities, lower : array, shape (n,)
        p(w | h) of each n-gram, and p(w | h') of its suffix.
    context : array, shape (n,)
        Index of each n-gram's context.
    contexts : int
        Their number.

    Returns
    -------
    array, shape (contexts,)
    """
    left = 1 - np.bincount(context, probabilities, contexts)
    left_lower = 1 - np.bincount(context, lower, contexts)
    return np.log(np.maximum(left, MIN_PROBABILITY) / np.maximum(left_lower, MIN_PROBABILITY))
