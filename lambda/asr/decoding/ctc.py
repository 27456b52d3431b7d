"""Greedy CTC decoding (Graves et al. 2006): log-probabilities to classes to words.

The best path is the most probable class of each frame; repeats are collapsed and blanks removed.
`words` makes words of it.
"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from asr.decoding.units import units_of
from asr.decoding.words import ClassPath, PathLogProb, WordSpan, words_along
from asr.manifest import Alphabet
from asr.types import LogProbs


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


def greedy_decode(path: ClassPath, log_prob: PathLogProb, alphabet: Alphabet) -> list[WordSpan]:
    """Words along a best path, in order; both arrays have shape (frames,)."""
    return words_along(path, log_prob, units_of(alphabet))


def greedy_text(log_probs: LogProbs, alphabet: Alphabet) -> str:
    """Greedy transcript of log-probabilities (F, C): words separated by single spaces."""
    return " ".join(word.text for word in greedy_decode(*best_path(log_probs), alphabet))
