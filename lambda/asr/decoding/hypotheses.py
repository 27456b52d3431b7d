"""Hypotheses of the CTC prefix beam search: extension, merging of equal texts, pruning."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr.decoding.ngram_model import Integers

Doubles = NDArray[np.float64]
Hashes = NDArray[np.uint64]

BEAM_THRESHOLD = 16.0  # hypotheses whose score is this far below the best are pruned
HASH_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio, rounded to odd
EMPTY_TEXT = HASH_MULTIPLIER  # hash of the empty text


@dataclass(frozen=True, eq=False)
class Beam:
    """Hypotheses as arrays of shape (n,), except `context`, shape (n, orders - 1).

    Attributes
    ----------
    blank, other : log-probability of the paths that end in a blank, and of all other paths
    words : language-model score of the complete words
    lookahead : upper bound of the language-model score of the incomplete word
    spelling : character-bigram score of the incomplete word
    last : class of the last character; the word boundary in the empty text
    node : lexicon node of the incomplete word
    context : n-gram context of the incomplete word
    text, prefix : hash of the text, and of the text without its last character
    phrase : state of the phrase automaton, of which the bonuses are in `words`
    """

    blank: Doubles
    other: Doubles
    words: Doubles
    lookahead: Doubles
    spelling: Doubles
    last: Integers
    node: Integers
    context: Integers
    text: Hashes
    prefix: Hashes
    phrase: Integers

    def at(self, index: Integers) -> "Beam":
        """The hypotheses at `index`."""
        return Beam(*(values[index] for values in vars(self).values()))

    def joined(self, other: "Beam") -> "Beam":
        """These hypotheses, followed by the hypotheses of `other`."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Beam(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True, eq=False)
class Extensions:
    """All hypotheses extended by all candidate classes, as arrays of shape (n, classes).

    Attributes
    ----------
    classes : shape (classes,)
    paths : log-probability of the paths
    words, lookahead, spelling, node : as in `Beam`, after the extension
    """

    classes: Integers
    paths: Doubles
    words: Doubles
    lookahead: Doubles
    spelling: Doubles
    node: Integers


def extended_hash(text: Hashes, label: Integers) -> Hashes:
    """Hash of each text with a character appended, from the hash of the text."""
    return (text ^ (label + 1).astype(np.uint64)) * HASH_MULTIPLIER


def merge(beam: Beam, extensions: Extensions, other: Doubles) -> Doubles:
    """Add the paths of extensions whose text is already in the beam to that hypothesis.

    Parameters
    ----------
    beam : Beam
    extensions : Extensions
        The paths that are added elsewhere become -inf in place.
    other : array, shape (n,)
        Log-probability of the paths of the unextended hypotheses that end in a label.

    Returns
    -------
    array, shape (n,)
        `other` with the paths added.
    """
    if not len(extensions.classes):
        return other
    parents = np.argsort(beam.text)
    index = np.minimum(np.searchsorted(beam.text, beam.prefix, sorter=parents), len(parents) - 1)
    parent = parents[index]
    same_class = extensions.classes == beam.last[:, None]
    child = np.flatnonzero((beam.text[parent] == beam.prefix) & same_class.any(axis=1))
    pairs = parent[child], same_class[child].argmax(axis=1)
    merged = other.copy()
    merged[child] = np.logaddexp(other[child], extensions.paths[pairs])
    extensions.paths[pairs] = -np.inf
    return merged


def prune(unchanged: Doubles, extended: Doubles, beam_size: int) -> tuple[Integers, Integers]:
    """Indices of the best scores within `BEAM_THRESHOLD` of the best one.

    Parameters
    ----------
    unchanged : array, shape (n,)
        Scores of the hypotheses that were not extended.
    extended : array, shape (n, classes)
        Scores of the extensions.
    beam_size : int
        The most hypotheses to keep.

    Returns
    -------
    unchanged, extended : arrays
        Indices in ascending order, the second into the flattened scores of the extensions.
    """
    scores = np.concatenate((unchanged, extended.ravel()))
    best = np.flatnonzero(scores > scores.max() - BEAM_THRESHOLD)
    if len(best) > beam_size:
        lowest = len(best) - beam_size
        best = best[np.argpartition(scores[best], lowest)[lowest:]]
        best.sort()
    middle = int(np.searchsorted(best, len(unchanged)))
    return best[:middle], best[middle:] - len(unchanged)
