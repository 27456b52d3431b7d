"""Prune an n-gram model with interpolated probabilities, and convert it to a backoff model.

The result has the form of an ARPA file: each context has a backoff weight, which scales the
distribution of the shorter context for the words without an n-gram in this context.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from asr.decoding.ngram_model import START, Integers, NgramTable

Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]

MIN_PROBABILITY = 1e-12  # left to the other words of a context; rounding can make it zero


def prune(
    ngrams: Sequence[Integers], counts: Sequence[Integers], min_counts: Sequence[int], ids: int
) -> list[Mask]:
    """Mark the n-grams to keep: frequent ones, and the contexts and suffixes of those kept.

    Parameters
    ----------
    ngrams : sequence of arrays, shape (n,)
        By length, the n-grams as numbers (see `training.language_model.kneser_ney`), sorted.
    counts : sequence of arrays, shape (n,)
        Their counts.
    min_counts : sequence of int
        By length, the count below which they are pruned; unigrams are all kept.
    ids : int
        Size of the vocabulary, special ids included.
    """
    kept = [count >= minimum for count, minimum in zip(counts, min_counts, strict=True)]
    kept[0][:] = True
    for length in range(len(ngrams), 1, -1):
        longer = ngrams[length - 1][kept[length - 1]]
        for needed in (longer // ids, longer % ids ** (length - 1)):
            kept[length - 2][np.searchsorted(ngrams[length - 2], needed)] = True
    return kept


def backoff_tables(
    ngrams: Sequence[Integers],
    probabilities: Sequence[Doubles],
    kept: Sequence[Mask],
    ids: int,
) -> list[NgramTable]:
    """Prune interpolated probabilities and convert them to a backoff model (Katz 1987).

    An n-gram that is not in the table is scored as `backoff(h) * p(w | h')`, where h' is the
    context h without its first word. The tables hold natural logarithms, and their keys are
    `context * ids + word`, where `context` is the row of h in the table one shorter.

    Parameters
    ----------
    ngrams, probabilities, kept : sequence of arrays, shape (n,)
        By length, the n-grams as numbers, sorted, their interpolated probabilities, and whether
        they are kept. The context and the suffix of a kept n-gram must be kept.
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
