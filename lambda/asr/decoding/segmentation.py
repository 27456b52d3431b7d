"""Cuts endless log-probabilities into utterances, at pauses, for what must see one as a whole."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SHORTEST_SECONDS, LONGEST_SECONDS = 10.0, 20.0  # of an utterance, where more follows


def utterances(
    pieces: Iterable[Floats], silent: Sequence[int], frame_seconds: float
) -> Iterator[Floats]:
    """The same frames in other pieces, shape (frames, classes).

    Up to `LONGEST_SECONDS` stay whole; of more, each piece ends in the middle of the longest pause
    past `SHORTEST_SECONDS`. Where `pieces` were cut makes no difference.

    Parameters
    ----------
    pieces : iterable of arrays, shape (frames, classes)
        Log-probabilities.
    silent : sequence of int
        The classes in which nothing is spoken.
    frame_seconds : float
        The step of a frame.
    """
    shortest = round(SHORTEST_SECONDS / frame_seconds)
    longest = round(LONGEST_SECONDS / frame_seconds)
    pending: list[Floats] = []
    length = 0
    for piece in pieces:
        pending.append(piece)
        length += len(piece)
        while length > longest:
            joined = np.concatenate(pending)
            silence = np.logaddexp.reduce(joined[shortest:longest, silent], axis=1)
            cut = shortest + _pause(silence)
            yield joined[:cut]
            pending, length = [joined[cut:]], length - cut
    if length:
        yield np.concatenate(pending)


def _pause(silence: Floats) -> int:
    """The middle of the longest run of frames that are rather silent than not."""
    quiet = np.concatenate(([False], silence > np.log(0.5), [False]))
    starts, ends = np.flatnonzero(np.diff(quiet.astype(np.int8))).reshape(-1, 2).T
    if not len(starts):
        return int(silence.argmax())
    longest = int((ends - starts).argmax())
    return int(starts[longest] + ends[longest]) // 2
