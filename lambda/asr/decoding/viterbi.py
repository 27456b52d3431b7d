"""Viterbi's algorithm over the states of a CTC label sequence.

The states are the labels with blanks between them (Graves et al. 2006, section 4.1, with the
maximum in place of the sum).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from asr.decoding.words import ClassPath
from asr.types import LogProbs

IMPOSSIBLE = -np.inf


def ctc_states(labels: Sequence[int], blank: int) -> tuple[ClassPath, NDArray[np.bool_]]:
    """States of a label sequence: the labels with blanks between them and at the ends.

    Returns
    -------
    states : array, shape (2 labels + 1,)
        The class of each state.
    may_skip : array, shape (2 labels + 1,), bool
        Whether the blank before a state may be skipped: between two different labels.
    """
    states = np.full(2 * len(labels) + 1, blank)
    states[1::2] = labels
    may_skip = np.zeros(len(states), dtype=bool)
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    return states, may_skip


def best_states(emissions: LogProbs, may_skip: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The most probable path from the first two states to the last two, by Viterbi's algorithm.

    Parameters
    ----------
    emissions : array, shape (frames, states)
        Log-probability of each frame in each state.
    may_skip : array, shape (states,)
        As returned by `ctc_states`.

    Returns
    -------
    array, shape (frames,)
        The state of each frame.

    Raises
    ------
    ValueError
        If there are too few frames.
    """
    # Two impossible states before the first, so that every state has two before it.
    padded = np.full(len(may_skip) + 2, IMPOSSIBLE)
    score = padded[2:]
    score[:2] = emissions[0, :2]
    skip = np.where(may_skip, 0.0, IMPOSSIBLE)
    steps = np.zeros(emissions.shape, dtype=np.int8)
    for frame in range(1, len(emissions)):
        two = padded[:-2] + skip
        np.greater(padded[1:-1], score, out=steps[frame], casting="unsafe")
        best = np.maximum(padded[1:-1], score)
        steps[frame][two > best] = 2
        np.add(np.maximum(best, two), emissions[frame], out=score)
    state = len(score) - 1 - int(score[-2:][::-1].argmax())
    if score[state] == IMPOSSIBLE:
        raise ValueError(f"{len(emissions)} frames are too few for {len(score) // 2} labels")
    path = np.empty(len(emissions), dtype=np.int64)
    for frame in range(len(emissions) - 1, -1, -1):
        path[frame] = state
        state -= int(steps[frame, state])
    return path
