"""A word n-gram model with its vocabulary, as `training.language_model.build` makes it: a small file.

Everything is an array and is looked up for many hypotheses at once. The vocabulary is a trie in
breadth-first order: a node is one number whose bits tell which letters follow, and the children of
all nodes lie one after another, so that where they begin is a running count. N-grams are sorted by
their context, then by their word.
"""

from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from asr.errors import ModelUnavailableError

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

# Ids of what is no word; the words come after them, in the order of the trie.
START, END, UNKNOWN = range(3)
FIRST_WORD = 3
ROOT = 0  # the node where a word begins
TERMINAL = np.uint32(1 << 31)  # the bit of a node where a word ends
NONE = -1


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The vocabulary as a trie over `letters`.

    Attributes
    ----------
    nodes : array, shape (nodes + 1,), uint32
        Bit k: the k-th letter may follow; `TERMINAL`: a word ends. The last is `lost`.
    first : array, shape (nodes + 1,)
        The first child of each node.
    word : array, shape (nodes + 1,)
        The id of the word that ends at a node, or `UNKNOWN`.
    lookahead : array, shape (nodes + 1,)
        Log-probability of the most probable word at a node or below it, by itself.
    spelling : array, shape (letters + 1, letters + 1)
        Log-probability of each letter, or the end (last column), after each, or the beginning (last
        row), in words that are not in the vocabulary.
    """

    letters: str
    nodes: NDArray[np.uint32]
    first: Integers
    word: Integers
    lookahead: Floats
    spelling: Floats

    @property
    def lost(self) -> int:
        """The node of all that no word of the vocabulary begins with."""
        return len(self.nodes) - 1

    def child(self, node: Integers, letter: Integers) -> Integers:
        """The node that a letter leads to; `node` and `letter` are broadcast."""
        bits = self.nodes[node]
        bit = np.uint32(1) << letter.astype(np.uint32)
        place = self.first[node] + np.bitwise_count(bits & (bit - np.uint32(1)))
        return np.where(bits & bit, place, self.lost)


@dataclass(frozen=True, eq=False)
class Order:
    """The n-grams of one length.

    `keys`, sorted, are the index of the context among the n-grams one shorter (of the words, its
    id), times the number of ids, plus the id of the last word. `log_prob` is natural, and `backoff`
    the log-weight of the shorter context where a longer n-gram is not there; empty in the longest.
    """

    keys: Integers
    log_prob: Floats
    backoff: Floats


@dataclass(frozen=True, eq=False)
class NgramModel:
    """An open model; a context is a row of indices: of the last word, the last two words ...

    Attributes
    ----------
    orders : tuple of Order
        From single words up; of those, `keys` are all ids.
    """

    lexicon: Lexicon
    orders: tuple[Order, ...]

    @property
    def ids(self) -> int:
        """How many ids there are."""
        return len(self.orders[0].keys)

    def start(self) -> Integers:
        """The context of a sentence's first word, shape (1, longest - 1)."""
        context = np.full((1, len(self.orders) - 1), NONE)
        context[:, :1] = START
        return context

    def score(self, context: Integers, word: Integers) -> tuple[Floats, Integers]:
        """Log-probability of each word after its context, and the contexts that come then.

        Backing off as Katz (1987) does, from whichever shorter n-gram there is.

        Parameters
        ----------
        context : array, shape (n, longest - 1)
        word : array, shape (n,)
            Ids.
        """
        log_prob = self.orders[0].log_prob[word]
        after = np.full(context.shape, NONE)
        after[:, :1] = word[:, None]
        for shorter, order in enumerate(self.orders[1:]):
            before = context[:, shorter]
            wanted = before * self.ids + word
            place = np.minimum(np.searchsorted(order.keys, wanted), len(order.keys) - 1)
            found = order.keys[place] == wanted
            weight = np.where(before == NONE, 0, self.orders[shorter].backoff[before])
            log_prob = np.where(found, order.log_prob[place], log_prob + weight)
            after[:, shorter + 1 : shorter + 2] = np.where(found, place, NONE)[:, None]
        return log_prob, after


def read(content: bytes) -> NgramModel:
    """Open the bytes of a file that `write` made; raises ModelUnavailableError if it is none."""
    try:
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            return _unpack(dict(stored))
    except (BadZipFile, EOFError, KeyError, TypeError, ValueError) as error:
        raise ModelUnavailableError(f"the language model cannot be read: {error}") from error


def _unpack(stored: dict[str, Any]) -> NgramModel:
    unigrams = stored["log_prob_1"][stored["code_1"]]
    lexicon = open_lexicon(str(stored["letters"]), stored["nodes"], unigrams, stored["spelling"])
    count = len(unigrams)
    orders: list[Order] = [Order(np.arange(count), unigrams, _backoff(stored, 1))]
    while f"words_{(length := len(orders) + 1)}" in stored:
        context = np.repeat(np.arange(len(orders[-1].keys)), stored[f"followers_{length}"])
        keys = context * count + stored[f"words_{length}"]
        log_prob = stored[f"log_prob_{length}"][stored[f"code_{length}"]]
        orders.append(Order(keys, log_prob, _backoff(stored, length)))
    return NgramModel(lexicon, tuple(orders))


def _backoff(stored: dict[str, Any], length: int) -> Floats:
    if f"backoff_{length}" not in stored:
        return np.zeros(0, np.float32)
    values: Floats = stored[f"backoff_{length}"][stored[f"backoff_code_{length}"]]
    return values


def open_lexicon(
    letters: str, nodes: NDArray[np.uint32], unigrams: Floats, spelling: Floats
) -> Lexicon:
    """A lexicon of its nodes alone; `unigrams` are log-probabilities by id, shape (ids,)."""
    nodes = np.append(nodes, np.uint32(0))
    children = np.bitwise_count(nodes & ~TERMINAL).astype(np.int64)
    first = 1 + np.cumsum(children) - children
    ends = (nodes & TERMINAL) != 0
    word = np.where(ends, FIRST_WORD - 1 + np.cumsum(ends), UNKNOWN)
    lookahead = np.where(ends, unigrams[word], -np.inf).astype(np.float32)
    levels = [0, 1]
    while levels[-1] < len(nodes) - 1:
        levels.append(int(first[levels[-1] - 1] + children[levels[-1] - 1]))
    for start, end in reversed(list(pairwise(levels))):
        parents = start + np.flatnonzero(children[start:end])
        if len(parents):
            below = lookahead[first[parents[0]] : levels[levels.index(end) + 1]]
            best = np.maximum.reduceat(below, first[parents] - first[parents[0]])
            lookahead[parents] = np.maximum(lookahead[parents], best)
    lookahead[-1] = unigrams[UNKNOWN]
    return Lexicon(letters, nodes, first, word, lookahead, spelling)


def spell_out(lexicon: Lexicon) -> list[str]:
    """All words, in the order of their ids."""
    spelled = [""] * len(lexicon.nodes)
    for node, bits in enumerate(lexicon.nodes[:-1].tolist()):
        following = (letter for k, letter in enumerate(lexicon.letters) if bits >> k & 1)
        for place, letter in enumerate(following, int(lexicon.first[node])):
            spelled[place] = spelled[node] + letter
    return [spelled[node] for node in np.flatnonzero(lexicon.word != UNKNOWN)]
