"""Greedy CTC decoding (Graves et al. 2006): log-probabilities to characters to words.

The best path is the most probable class of each frame; repeats collapse, blanks drop out. A word
lasts from its first to its last non-blank frame, and is as sure as its characters are.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Alphabet:
    """What the classes of a model stand for.

    Attributes
    ----------
    labels : tuple of str
        The text of each class; the blank's is not used.
    blank : int
        Index of the CTC blank.
    word_boundary : str
        The label that parts two words.
    """

    labels: tuple[str, ...]
    blank: int
    word_boundary: str


@dataclass(frozen=True)
class Token:
    """One emitted character: frames [start, end) of its run, and its mean log-probability."""

    label: str
    start: int
    end: int
    log_prob: float


@dataclass(frozen=True)
class Span:
    """One decoded word: its frames [start, end) and the mean log-probability of its characters."""

    text: str
    start: int
    end: int
    log_prob: float


def best_path(log_probs: Floats) -> tuple[Indices, Floats]:
    """Class of each frame, and its log-probability: shapes (F, C) to (F,) and (F,)."""
    path = log_probs.argmax(axis=1)
    return path, np.take_along_axis(log_probs, path[:, None], axis=1)[:, 0]


def collapse(path: Sequence[int], blank: int) -> list[int]:
    """Collapse repeats, then drop blanks: the map B of Graves et al. 2006."""
    return [index for index, _ in groupby(path) if index != blank]


def expand(labels: Sequence[int], blank: int) -> list[int]:
    """A shortest path that collapses to `labels`: a blank only between equal neighbours."""
    path: list[int] = []
    for label in labels:
        if path and path[-1] == label:
            path.append(blank)
        path.append(label)
    return path


def tokens(path: Indices, log_prob: Floats, alphabet: Alphabet) -> Iterator[Token]:
    """Runs of one class along the best path, blanks left out; `path`, `log_prob` shape (F,)."""
    if len(path) == 0:
        return
    edges = np.flatnonzero(np.diff(path)) + 1
    starts, ends = np.concatenate(([0], edges)), np.concatenate((edges, [len(path)]))
    sums = np.add.reduceat(log_prob.astype(np.float64), starts)
    for start, end, total in zip(starts.tolist(), ends.tolist(), sums.tolist(), strict=True):
        index = int(path[start])
        if index != alphabet.blank:
            yield Token(alphabet.labels[index], start, end, total / (end - start))


def words(emitted: Iterator[Token], word_boundary: str) -> Iterator[Span]:
    """Join the characters between two word boundaries."""
    for at_boundary, run in groupby(emitted, lambda token: token.label == word_boundary):
        if not at_boundary:
            characters = list(run)
            mean = math.fsum(c.log_prob for c in characters) / len(characters)
            text = "".join(c.label for c in characters)
            yield Span(text, characters[0].start, characters[-1].end, mean)


def greedy(path: Indices, log_prob: Floats, alphabet: Alphabet) -> list[Span]:
    """Words along a best path, in order; `path` and `log_prob` have shape (F,)."""
    return list(words(tokens(path, log_prob, alphabet), alphabet.word_boundary))


def greedy_text(log_probs: Floats, alphabet: Alphabet) -> str:
    """Transcript of log-probabilities (F, C): its words, one space apart."""
    return " ".join(word.text for word in greedy(*best_path(log_probs), alphabet))
