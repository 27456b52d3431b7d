"""Serialise an n-gram model, quantised to 8 bits, for `asr.decoding.ngram_model`.

Probabilities and backoff weights are binned into 256 quantiles, and each becomes the mean of its
bin (Federico and Bertoldi 2006, "How many bits are needed to store probabilities for phrase-based
translation?").
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
    """Serialise a model; returns the content of its file, an NPZ archive.

    Parameters
    ----------
    words : sequence of str
        The vocabulary by id: by length, then alphabetically.
    letters : str
        All letters of words, sorted.
    orders : sequence of NgramTable
        N-grams of each length, from unigrams up.
    spelling : array, shape (letters + 1, letters + 1)
        Letter bigrams: see `asr.decoding.ngram_model.Lexicon`.
    about : mapping
        Metadata for the model card, stored as JSON: sizes, sources, perplexity.
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
            codes, codebook = _quantise(order.backoff)
            arrays |= {f"backoff_code_{length}": codes, f"backoff_{length}": codebook}
        if length > 1:
            followers = np.bincount(order.keys // ids, minlength=len(orders[length - 2].keys))
            arrays[f"followers_{length}"] = followers.astype(np.uint16)
            arrays[f"words_{length}"] = (order.keys % ids).astype(np.uint16)
    file = BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def about(content: bytes) -> dict[str, Any]:
    """Read the metadata that `pack` stored with a model."""
    with np.load(BytesIO(content), allow_pickle=False) as stored:
        metadata: dict[str, Any] = json.loads(str(stored[ABOUT]))
    return metadata


def trie(words: Sequence[str], letters: str) -> NDArray[np.uint32]:
    """Build the trie of a vocabulary: a bit mask of children by node, breadth first, shape (n,)."""
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
    """Quantise `values` to 8 bits; returns the code of each and the codebook, shape (<= BINS,)."""
    unique = np.unique(values)
    if len(unique) <= BINS:
        return np.searchsorted(unique, values).astype(np.uint8), unique
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    codes = np.searchsorted(edges, values, side="right")
    sums = np.bincount(codes, values, len(edges) + 1)
    codebook = sums / np.maximum(np.bincount(codes, minlength=len(edges) + 1), 1)
    return codes.astype(np.uint8), codebook.astype(np.float32)
