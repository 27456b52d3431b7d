"""Greedy CTC decoding (Graves et al. 2006): log-probabilities to characters to words.

The best path is the most probable class of each frame; repeats are collapsed and blanks removed. A
word lasts from its first to its last non-blank frame; its log-probability is the mean of its
characters'.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from asr.manifest import Alphabet
from asr.types import LogProbs

ClassPath = NDArray[np.int64]  # class of each frame, shape (frames,)
PathLogProb = NDArray[np.float32]  # log-probability of that class, shape (frames,)


@dataclass(frozen=True)
class Token:
    """An emitted character: frames [start, end) of its run, and its mean log-probability."""

    label: str
    start: int
    end: int
    log_prob: float


@dataclass(frozen=True)
class WordSpan:
    """A decoded word: its frames [start, end) and the mean log-probability of its characters."""

    text: str
    start: int
    end: int
    log_prob: float


def best_path(log_probs: LogProbs) -> tuple[ClassPath, PathLogProb]:
    """Most probable class of each frame and its log-probability: shapes (F, C) to (F,), (F,)."""
    path = log_probs.argmax(axis=1)
    return path, np.take_along_axis(log_probs, path[:, None], axis=1)[:, 0]


def collapse(path: Sequence[int], blank: int) -> list[int]:
    """Collapse repeats, then remove blanks: the map B of Graves et al. 2006."""
    return [index for index, _ in groupby(path) if index != blank]


def insert_blanks(labels: Sequence[int], blank: int) -> list[int]:
    """The shortest path that collapses to `labels`: a blank between equal neighbours only."""
    path: list[int] = []
    for label in labels:
        if path and path[-1] == label:
            path.append(blank)
        path.append(label)
    return path


def tokens(path: ClassPath, log_prob: PathLogProb, alphabet: Alphabet) -> Iterator[Token]:
    """Runs of one class along a path, without blanks; both arrays have shape (frames,)."""
    if len(path) == 0:
        return
    edges = np.flatnonzero(np.diff(path)) + 1
    starts, ends = np.concatenate(([0], edges)), np.concatenate((edges, [len(path)]))
    sums = np.add.reduceat(log_prob.astype(np.float64), starts)
    for start, end, total in zip(starts.tolist(), ends.tolist(), sums.tolist(), strict=True):
        index = int(path[start])
        if index != alphabet.blank:
            yield Token(alphabet.labels[index], start, end, total / (end - start))


def group_words(emitted: Iterator[Token], word_boundary: str) -> Iterator[WordSpan]:
    """Join the characters between word boundaries to words."""
    for at_boundary, run in groupby(emitted, lambda token: token.label == word_boundary):
        if not at_boundary:
            characters = list(run)
            mean = math.fsum(c.log_prob for c in characters) / len(characters)
            text = "".join(c.label for c in characters)
            yield WordSpan(text, characters[0].start, characters[-1].end, mean)


def greedy_decode(path: ClassPath, log_prob: PathLogProb, alphabet: Alphabet) -> list[WordSpan]:
    """Words along a best path, in order; both arrays have shape (frames,)."""
    return list(group_words(tokens(path, log_prob, alphabet), alphabet.word_boundary))


def greedy_text(log_probs: LogProbs, alphabet: Alphabet) -> str:
    """Greedy transcript of log-probabilities (F, C): words separated by single spaces."""
    return " ".join(word.text for word in greedy_decode(*best_path(log_probs), alphabet))
