"""Estimates an n-gram model: modified Kneser-Ney, interpolated (Chen and Goodman 1999, section 3).

The longest n-grams count how often they were seen, shorter ones in how many contexts. What the
discounts take goes to the shorter context, and from single words to all ids alike. An n-gram is one
number here: its ids as digits, the last word's the lowest.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from asr.decoding.ngram_model import START, Integers, NgramTable

Doubles = NDArray[np.float64]
Kept = NDArray[np.bool_]

LARGEST = 2**63  # what numbers n-grams must stay below


def estimate(sentences: Iterable[Sequence[int]], ids: int, least: Sequence[int]) -> list[NgramTable]:
    """N-grams of `sentences` with their probabilities, from single words up.

    Parameters
    ----------
    sentences : iterable of sequences of int
        Ids, each sentence from `START` to `END`.
    ids : int
        How many there are.
    least : sequence of int
        By length, what an n-gram must count to be kept; of single words all are. With it is kept
        what it leans on: its context, and itself without its first word.

    Raises
    ------
    ValueError
        If there are too many ids for n-grams of this length.
    """
    if ids ** len(least) >= LARGEST:
        raise ValueError(f"{ids} ids are too many for n-grams of {len(least)}")
    tokens = np.fromiter(chain.from_iterable(sentences), np.int64)
    grams, counts = _count(tokens, ids, len(least))
    nothing = np.zeros(1, np.int64)  # the one context of single words
    probabilities = [_interpolate(counts[0], 1 / (ids - 1), np.zeros(ids, np.int64), nothing)]
    probabilities[0][START] = 0.0
    for length in range(2, len(grams) + 1):
        keys = grams[length - 1]
        shorter = np.searchsorted(grams[length - 2], keys % ids ** (length - 1))
        context = np.searchsorted(grams[length - 2], keys // ids)
        lower = probabilities[-1][shorter]
        probabilities.append(_interpolate(counts[length - 1], lower, context, grams[length - 2]))
    return _prune(grams, probabilities, _keep(grams, counts, least, ids), ids)


def _count(tokens: Integers, ids: int, longest: int) -> tuple[list[Integers], list[Integers]]:
    """N-grams of each length, sorted, and their counts; of single words all ids.

    The longest are counted as often as they occur, and so are those that begin a sentence; all
    others by how many words come before them.
    """
    grams: list[Integers] = []
    counts: list[Integers] = []
    for length in range(1, longest + 1):
        windows = np.lib.stride_tricks.sliding_window_view(tokens, length)
        within = windows[(windows[:, min(length - 1, 1) :] != START).all(axis=1)]
        keys, seen = np.unique(within @ ids ** np.arange(length)[::-1], return_counts=True)
        grams.append(keys)
        counts.append(seen)
    for length in range(longest - 1, 0, -1):
        suffixes, contexts = np.unique(grams[length] % ids**length, return_counts=True)
        counts[length - 1][np.searchsorted(grams[length - 1], suffixes)] = contexts
    everything = np.zeros(ids, np.int64)
    everything[grams[0]] = counts[0]
    return [np.arange(ids), *grams[1:]], [everything, *counts[1:]]


def discounts(counts: Integers) -> Doubles:
    """What is taken from a count of 0, 1, 2, and 3 or more, shape (4,)."""
    ones, twos, threes, fours = (max(int((counts == n).sum()), 1) for n in range(1, 5))
    factor = ones / (ones + 2 * twos)
    best = [1 - 2 * factor * twos / ones, 2 - 3 * factor * threes / twos]
    best.append(3 - 4 * factor * fours / threes)
    # Of a corpus too small to tell, the formula may take more than there is, or give.
    return np.array([0.0, *(min(max(d, 0.1), n) for n, d in enumerate(best, start=1))])


def _interpolate(
    counts: Integers, lower: Doubles | float, context: Integers, contexts: Integers
) -> Doubles:
    """Probability of each n-gram: discounted, and mixed with that of the shorter one, `lower`.

    `context` has, for each, which of the `contexts` it is in.
    """
    taken = discounts(counts)[np.minimum(counts, 3)]
    total = np.bincount(context, counts, len(contexts))
    rest = np.bincount(context, taken, len(contexts)) / np.maximum(total, 1)
    probabilities: Doubles = (counts - taken) / total[context] + rest[context] * lower
    return probabilities


def _keep(
    grams: Sequence[Integers], counts: Sequence[Integers], least: Sequence[int], ids: int
) -> list[Kept]:
    kept = [count >= minimum for count, minimum in zip(counts, least, strict=True)]
    kept[0][:] = True
    for length in range(len(grams), 1, -1):
        longer = grams[length - 1][kept[length - 1]]
        for needed in (longer // ids, longer % ids ** (length - 1)):
            kept[length - 2][np.searchsorted(grams[length - 2], needed)] = True
    return kept


def _prune(
    grams: Sequence[Integers],
    probabilities: Sequence[Doubles],
    kept: Sequence[Kept],
    ids: int,
) -> list[NgramTable]:
    """The orders of what is kept; each context's backoff is such that all sums to 1."""
    remaining = [keys[flags] for keys, flags in zip(grams, kept, strict=True) if flags.any()]
    values = [each[flags] for each, flags in zip(probabilities, kept, strict=True)]
    values[0][START] = values[0][np.arange(ids) != START].min()  # never asked for
    orders = []
    context = np.zeros(ids, np.int64)
    for length, keys in enumerate(remaining, start=1):
        backoff = np.zeros(0)
        if length < len(remaining):
            longer = remaining[length]
            following = np.searchsorted(keys, longer // ids)
            shorter = values[length - 1][np.searchsorted(keys, longer % ids**length)]
            seen = np.bincount(following, values[length], len(keys))
            lower = np.bincount(following, shorter, len(keys))
            backoff = np.log(np.maximum(1 - seen, 1e-12) / np.maximum(1 - lower, 1e-12))
        log_prob = np.log(values[length - 1]).astype(np.float32)
        orders.append(NgramTable(context * ids + keys % ids, log_prob, backoff.astype(np.float32)))
        if length < len(remaining):
            context = following
    return orders
