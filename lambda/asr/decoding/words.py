"""Words along a path of classes: their text, frames and log-probabilities."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from asr.decoding.units import Units
from asr.written_text import APOSTROPHES, plain

ClassPath = NDArray[np.int64]  # class of each frame, shape (frames,)
PathLogProb = NDArray[np.float32]  # log-probability of that class, shape (frames,)

# First frame, end and log-probability of marks alone, whose frames are in no word.
NO_LETTERS = 0, 0, 0.0


@dataclass(frozen=True)
class WordSpan:
    """A decoded word.

    Attributes
    ----------
    text : str
        As written by the model, with punctuation marks.
    start, end : int
        The frames [start, end) from the first to the last letter; marks are not included, because
        their place in the audio is arbitrary.
    log_prob : float
        Mean over the letters of the mean log-probability of their frames; marks are not included.
    """

    text: str
    start: int
    end: int
    log_prob: float


def words_along(path: ClassPath, log_prob: PathLogProb, units: Units) -> list[WordSpan]:
    """Words that a path writes, in order, after collapsing repeats and removing blanks.

    Parameters
    ----------
    path, log_prob : arrays, shape (frames,)
        The class of each frame, and its log-probability.
    units : Units
    """
    if not len(path):
        return []
    edges = np.flatnonzero(np.diff(path)) + 1
    starts, ends = np.concatenate(([0], edges)), np.concatenate((edges, [len(path)]))
    means = np.add.reduceat(log_prob.astype(np.float64), starts) / (ends - starts)
    classes = path[starts]
    word = np.cumsum(units.starts_word[classes], dtype=np.int64)
    timed = _letter_spans(word, units.is_letter[classes], starts, ends, means)
    limits = np.searchsorted(word, np.arange(word[-1] + 2)).tolist()
    written = classes.tolist()
    texts = (units.decode(written[first:end]) for first, end in pairwise(limits))
    return attach_marks(
        WordSpan(text, *timed.get(number, NO_LETTERS)) for number, text in enumerate(texts) if text
    )


def written_by(units: Units, spans: Sequence[WordSpan]) -> list[WordSpan]:
    """Words as units write them: plain ones have no apostrophes or hyphens at their edges."""
    if units.are_written:
        return list(spans)
    return [replace(span, text=plain(span.text)) for span in spans]


def attach_marks(spans: Iterable[WordSpan]) -> list[WordSpan]:
    """Append marks that stand alone between two word boundaries to the word before them.

    Lone apostrophes and dashes are dropped, and so are marks before the first word.
    """
    attached: list[WordSpan] = []
    for span in spans:
        if plain(span.text):
            attached.append(span)
        elif attached:
            marks = "".join(filter(_ends_a_word, span.text))
            attached[-1] = replace(attached[-1], text=attached[-1].text + marks)
    return attached


def _ends_a_word(mark: str) -> bool:
    return mark not in APOSTROPHES and unicodedata.category(mark) != "Pd"


def _letter_spans(
    word: NDArray[np.int64],
    is_letter: NDArray[np.bool_],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    means: NDArray[np.float64],
) -> dict[int, tuple[int, int, float]]:
    """First frame, end and mean log-probability of the letters of each word that has any.

    All arrays have shape (runs,): the number of each run's word, and its frames and mean.
    """
    letters = np.flatnonzero(is_letter)
    if not len(letters):
        return {}
    number, first = np.unique(word[letters], return_index=True)
    end = np.append(first[1:], len(letters))
    mean = np.add.reduceat(means[letters], first) / (end - first)
    edges = starts[letters[first]].tolist(), ends[letters[end - 1]].tolist()
    return dict(zip(number.tolist(), zip(*edges, mean.tolist(), strict=True), strict=True))
