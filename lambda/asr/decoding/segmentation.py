"""Segmentation at pauses: a stream of log-probabilities to utterances, for the beam search."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from asr.types import LogProbs

MIN_UTTERANCE_SECONDS, MAX_UTTERANCE_SECONDS = 10.0, 20.0  # except the last


def split_at_pauses(
    pieces: Iterable[LogProbs], silence: Sequence[int], frame_seconds: float
) -> Iterator[LogProbs]:
    """Split log-probabilities at pauses into arrays of shape (frames, classes).

    Up to `MAX_UTTERANCE_SECONDS` stay whole. Of more, each utterance ends in the middle of the
    longest pause after `MIN_UTTERANCE_SECONDS`. The result is independent of how the frames are
    distributed over `pieces`.

    Parameters
    ----------
    pieces : iterable of arrays, shape (frames, classes)
        Log-probabilities.
    silence : sequence of int
        The classes without speech: blank and word boundary.
    frame_seconds : float
        Duration of a frame.
    """
    shortest = round(MIN_UTTERANCE_SECONDS / frame_seconds)
    longest = round(MAX_UTTERANCE_SECONDS / frame_seconds)
    pending: list[LogProbs] = []
    length = 0
    for piece in pieces:
        pending.append(piece)
        length += len(piece)
        while length > longest:
            joined = np.concatenate(pending)
            log_prob = np.logaddexp.reduce(joined[shortest:longest, silence], axis=1)
            cut = shortest + _longest_pause(log_prob)
            yield joined[:cut]
            pending, length = [joined[cut:]], length - cut
    if length:
        yield np.concatenate(pending)


def _longest_pause(log_prob: NDArray[np.float32]) -> int:
    """Middle of the longest run of frames in which silence has a probability above 0.5.

    `log_prob`, shape (frames,), is the log-probability of silence. Without such a frame, the most
    silent one.
    """
    quiet = np.concatenate(([False], log_prob > np.log(0.5), [False]))
    starts, ends = np.flatnonzero(np.diff(quiet.astype(np.int8))).reshape(-1, 2).T
    if not len(starts):
        return int(log_prob.argmax())
    longest = int((ends - starts).argmax())
    return int(starts[longest] + ends[longest]) // 2
