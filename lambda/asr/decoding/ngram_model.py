"""Back-off word n-gram language model with its lexicon, read from a compact `.npz` file.

Everything is an array, and is looked up for many hypotheses at once. The lexicon is a trie in
breadth-first order: a node is a bit mask of the letters that follow, and the children of all nodes
are consecutive, so that the index of a node's first child is a running count. N-grams are sorted by
their context, then by their last word.
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

# Ids of <s>, </s> and <unk>; the ids of the words follow, in the order of the trie.
START, END, UNKNOWN = range(3)
FIRST_WORD = 3
ROOT = 0  # node of the empty prefix
TERMINAL = np.uint32(1 << 31)  # bit of the nodes at which a word ends
NONE = -1


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The vocabulary as a trie over `letters`.

    Attributes
    ----------
    letters : str
    nodes : array, shape (nodes + 1,), uint32
        Bit k: the k-th letter may follow; `TERMINAL`: a word ends. The last node is
        `out_of_vocabulary_node`.
    first_child : array, shape (nodes + 1,)
        Index of the first child of each node.
    word_ids : array, shape (nodes + 1,)
        Id of the word that ends at a node, or `UNKNOWN`.
    lookahead : array, shape (nodes + 1,)
        Unigram log-probability of the most probable word at or below a node.
    letter_bigrams : array, shape (letters + 1, letters + 1)
        Character bigram model of out-of-vocabulary words: log-probability of each letter, or the
        end of the word (last column), after each letter, or the start of the word (last row).
    """

    letters: str
    nodes: NDArray[np.uint32]
    first_child: Integers
    word_ids: Integers
    lookahead: Floats
    letter_bigrams: Floats

    @property
    def out_of_vocabulary_node(self) -> int:
        """The node of every prefix that no word of the vocabulary has."""
        return len(self.nodes) - 1

    def child(self, node: Integers, letter: Integers) -> Integers:
        """Node of the prefix extended by a letter.

        Parameters
        ----------
        node, letter : arrays of any shapes that broadcast
            Nodes, and indices of letters.
        """
        bits = self.nodes[node]
        bit = np.uint32(1) << letter.astype(np.uint32)
        index = self.first_child[node] + np.bitwise_count(bits & (bit - np.uint32(1)))
        return np.where(bits & bit, index, self.out_of_vocabulary_node)

    def words(self) -> list[str]:
        """All words of the vocabulary, in the order of their ids."""
        prefixes = [""] * len(self.nodes)
        for node, bits in enumerate(self.nodes[:-1].tolist()):
            following = (letter for k, letter in enumerate(self.letters) if bits >> k & 1)
            for child, letter in enumerate(following, int(self.first_child[node])):
                prefixes[child] = prefixes[node] + letter
        return [prefixes[node] for node in np.flatnonzero(self.word_ids != UNKNOWN)]


@dataclass(frozen=True, eq=False)
class NgramTable:
    """The n-grams of one order.

    Attributes
    ----------
    keys : array, shape (n-grams,), sorted
        Index of the context in the table of the next lower order, times the vocabulary size, plus
        the id of the last word. For unigrams, the ids.
    log_prob : array, shape (n-grams,)
        Natural logarithms.
    backoff : array, shape (n-grams,)
        Log back-off weight of each n-gram as a context; empty in the highest order.
    """

    keys: Integers
    log_prob: Floats
    backoff: Floats


@dataclass(frozen=True, eq=False)
class NgramModel:
    """Back-off n-gram model (Katz 1987).

    A context is a row of indices into the tables: of the last word, of the last two words, and so
    on up to the longest context, `NONE` where a table does not have it.

    Attributes
    ----------
    lexicon : Lexicon
    orders : tuple of NgramTable
        Unigrams first; their `keys` are all ids.
    """

    lexicon: Lexicon
    orders: tuple[NgramTable, ...]

    @property
    def vocabulary_size(self) -> int:
        """Number of ids, <s>, </s> and <unk> included."""
        return len(self.orders[0].keys)

    def start(self) -> Integers:
        """The context of a sentence's first word, shape (1, orders - 1)."""
        context = np.full((1, len(self.orders) - 1), NONE)
        context[:, :1] = START
        return context

    def score(self, context: Integers, word: Integers) -> tuple[Floats, Integers]:
        """Log-probability of each word after its context, by the longest n-gram in the model.

        Parameters
        ----------
        context : array, shape (n, orders - 1)
        word : array, shape (n,)
            Ids.

        Returns
        -------
        log_prob : array, shape (n,)
            Natural logarithms.
        context : array, shape (n, orders - 1)
            The context of the next word.
        """
        log_prob = self.orders[0].log_prob[word]
        after = np.full(context.shape, NONE)
        after[:, :1] = word[:, None]
        for shorter, order in enumerate(self.orders[1:]):
            before = context[:, shorter]
            wanted = before * self.vocabulary_size + word
            index = np.minimum(np.searchsorted(order.keys, wanted), len(order.keys) - 1)
            found = order.keys[index] == wanted
            weight = np.where(before == NONE, 0, self.orders[shorter].backoff[before])
            log_prob = np.where(found, order.log_prob[index], log_prob + weight)
            after[:, shorter + 1 : shorter + 2] = np.where(found, index, NONE)[:, None]
        return log_prob, after


def load(content: bytes) -> NgramModel:
    """Load a model from the content of its file.

    Raises
    ------
    ModelUnavailableError
        If the content is not a language model.
    """
    try:
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            return _unpack(dict(stored))
    except (BadZipFile, EOFError, KeyError, TypeError, ValueError) as error:
        raise ModelUnavailableError(f"the language model cannot be read: {error}") from error


def _unpack(stored: dict[str, Any]) -> NgramModel:
    unigrams = stored["log_prob_1"][stored["code_1"]]
    lexicon = build_lexicon(str(stored["letters"]), stored["nodes"], unigrams, stored["spelling"])
    count = len(unigrams)
    orders: list[NgramTable] = [NgramTable(np.arange(count), unigrams, _backoff(stored, 1))]
    while f"words_{(length := len(orders) + 1)}" in stored:
        context = np.repeat(np.arange(len(orders[-1].keys)), stored[f"followers_{length}"])
        keys = context * count + stored[f"words_{length}"]
        log_prob = stored[f"log_prob_{length}"][stored[f"code_{length}"]]
        orders.append(NgramTable(keys, log_prob, _backoff(stored, length)))
    return NgramModel(lexicon, tuple(orders))


def _backoff(stored: dict[str, Any], length: int) -> Floats:
    if f"backoff_{length}" not in stored:
        return np.zeros(0, np.float32)
    values: Floats = stored[f"backoff_{length}"][stored[f"backoff_code_{length}"]]
    return values


def build_lexicon(
    letters: str, nodes: NDArray[np.uint32], unigrams: Floats, letter_bigrams: Floats
) -> Lexicon:
    """Complete a lexicon from the nodes of its trie.

    Parameters
    ----------
    letters, letter_bigrams
        As in `Lexicon`.
    nodes : array, shape (nodes,), uint32
        Without `out_of_vocabulary_node`.
    unigrams : array, shape (ids,)
        Log-probabilities by id.
    """
    nodes = np.append(nodes, np.uint32(0))
    children = np.bitwise_count(nodes & ~TERMINAL).astype(np.int64)
    first = 1 + np.cumsum(children) - children
    ends = (nodes & TERMINAL) != 0
    word_ids = np.where(ends, FIRST_WORD - 1 + np.cumsum(ends), UNKNOWN)
    lookahead = np.where(ends, unigrams[word_ids], -np.inf).astype(np.float32)
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
    return Lexicon(letters, nodes, first, word_ids, lookahead, letter_bigrams)
