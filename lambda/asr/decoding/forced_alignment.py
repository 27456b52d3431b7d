"""Forced alignment: the frames of each word of a known text.

Finds the most probable path among those that collapse to the text: Viterbi over the label sequence
with blanks inserted (Graves et al. 2006, section 4.1, with the maximum in place of the sum).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from asr.decoding.units import units_of
from asr.decoding.words import WordSpan, words_along
from asr.manifest import Alphabet
from asr.types import LogProbs

IMPOSSIBLE = -np.inf


def forced_path(log_probs: LogProbs, labels: Sequence[int], blank: int) -> NDArray[np.int64]:
    """The most probable path that collapses to `labels`.

    Parameters
    ----------
    log_probs : array, shape (frames, classes)
    labels : sequence of int
    blank : int

    Returns
    -------
    array, shape (frames,), int64
        The class of each frame.

    Raises
    ------
    ValueError
        If there are too few frames for the labels and the blanks between equal neighbours.
    """
    states = np.full(2 * len(labels) + 1, blank)
    states[1::2] = labels
    may_skip = np.zeros(len(states), dtype=bool)  # over the blank between two different labels
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    emissions = log_probs[:, states].astype(np.float64)
    score = np.full(len(states), IMPOSSIBLE)
    score[:2] = emissions[0, :2]
    steps = np.zeros(emissions.shape, dtype=np.int8)
    for frame in range(1, len(emissions)):
        one = np.concatenate(([IMPOSSIBLE], score[:-1]))
        two = np.where(
            may_skip, np.concatenate(([IMPOSSIBLE] * 2, score))[: len(states)], IMPOSSIBLE
        )
        choices = np.stack([score, one, two])
        steps[frame] = choices.argmax(axis=0)
        score = choices.max(axis=0) + emissions[frame]
    state = len(states) - 1 - int(score[-2:][::-1].argmax())
    if score[state] == IMPOSSIBLE:
        raise ValueError(f"{len(emissions)} frames are too few for {len(labels)} labels")
    path = np.empty(len(emissions), dtype=np.int64)
    for frame in range(len(emissions) - 1, -1, -1):
        path[frame] = states[state]
        state -= int(steps[frame, state])
    return path


def align_text(log_probs: LogProbs, text: str, alphabet: Alphabet) -> list[WordSpan]:
    """Align a text with log-probabilities.

    Parameters
    ----------
    log_probs : array, shape (frames, classes)
    text : str
        Words, separated by spaces.
    alphabet : Alphabet

    Raises
    ------
    ValueError
        As `forced_path` and `Units.encode`.
    """
    units = units_of(alphabet)
    path = forced_path(log_probs, units.encode(text), alphabet.blank)
    return words_along(path, np.take_along_axis(log_probs, path[:, None], axis=1)[:, 0], units)
