"""Writes an n-gram model as the file that `asr.decoding.ngram_model` reads: eight bits a probability.

Probabilities and backoffs are parted into 256 bins of equal number, and each becomes the mean of
its bin (Federico and Bertoldi 2006).
"""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr.decoding.ngram_model import TERMINAL, NgramTable

Floats = NDArray[np.float32]

BINS = 256
ABOUT = "about"


def pack(
    words: Sequence[str],
    letters: str,
    orders: Sequence[NgramTable],
    spelling: Floats,
    about: Mapping[str, Any],
) -> bytes:
    """The content of the file.

    Parameters
    ----------
    words : sequence of str
        The vocabulary in the order of its ids, which is by length, then by letters.
    letters : str
        All that words are made of, sorted.
    orders : sequence of NgramTable
        From single words up.
    spelling : array, shape (letters + 1, letters + 1)
        See `asr.decoding.ngram_model.Lexicon`.
    about : mapping
        What is kept with it for the card, as JSON: where it comes from, how good it is.
    """
    arrays: dict[str, Any] = {
        "letters": np.array(letters),
        "nodes": trie(words, letters),
        "spelling": spelling.astype(np.float32),
        ABOUT: np.array(json.dumps(about)),
    }
    ids = len(orders[0].keys)
    for length, order in enumerate(orders, start=1):
        arrays[f"code_{length}"], arrays[f"log_prob_{length}"] = _quantise(order.log_prob)
        if len(order.backoff):
            codes, book = _quantise(order.backoff)
            arrays |= {f"backoff_code_{length}": codes, f"backoff_{length}": book}
        if length > 1:
            followers = np.bincount(order.keys // ids, minlength=len(orders[length - 2].keys))
            arrays[f"followers_{length}"] = followers.astype(np.uint16)
            arrays[f"words_{length}"] = (order.keys % ids).astype(np.uint16)
    file = BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def about(content: bytes) -> dict[str, Any]:
    """What is kept with a model, as `pack` was given it."""
    with np.load(BytesIO(content), allow_pickle=False) as stored:
        kept: dict[str, Any] = json.loads(str(stored[ABOUT]))
    return kept


def trie(words: Sequence[str], letters: str) -> NDArray[np.uint32]:
    """The nodes of a vocabulary, in breadth-first order, shape (nodes,)."""
    vocabulary = set(words)
    nodes: list[int] = []
    level = [""]
    longer = sorted(vocabulary)
    while level:
        longer = [word for word in longer if len(word) > len(level[0])]
        following = sorted({word[: len(level[0]) + 1] for word in longer})
        bits = dict.fromkeys(level, 0)
        for prefix in following:
            bits[prefix[:-1]] |= 1 << letters.index(prefix[-1])
        nodes += [bits[each] | (int(TERMINAL) if each in vocabulary else 0) for each in level]
        level = following
    return np.array(nodes, np.uint32)


def _quantise(values: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """Codes of `values`, and what each code means."""
    unique = np.unique(values)
    if len(unique) <= BINS:
        return np.searchsorted(unique, values).astype(np.uint8), unique
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    codes = np.searchsorted(edges, values, side="right")
    sums = np.bincount(codes, values, len(edges) + 1)
    book = sums / np.maximum(np.bincount(codes, minlength=len(edges) + 1), 1)
    return codes.astype(np.uint8), book.astype(np.float32)
