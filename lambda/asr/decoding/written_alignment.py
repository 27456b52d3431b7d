"""Alignment of plain text with a model that writes case and marks.

The plain text fixes the letters and words; the model chooses the case of each letter, the marks
between the letters, and a space or a hyphen between two words. Every frame counts with the best of
the classes that its state allows.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from asr.decoding.plain_labels import BOUNDARY, PlainLabels
from asr.decoding.units import Units, units_of
from asr.decoding.viterbi import best_states, ctc_states
from asr.decoding.words import ClassPath, WordSpan, words_along
from asr.types import LogProbs


@dataclass(frozen=True, eq=False)
class Alignment:
    """A path through the states of a plain text, shape (frames,) each.

    Attributes
    ----------
    labels : plain label of each frame
    classes : written class of each frame
    log_prob : log-probability of each frame's plain label
    """

    labels: ClassPath
    classes: ClassPath
    log_prob: NDArray[np.float32]


def align(log_probs: LogProbs, text: str, plain: PlainLabels) -> Alignment:
    """Align a plain text.

    Parameters
    ----------
    log_probs : array, shape (frames, classes)
        Of the written classes.
    text : str
        Words of plain labels, separated by single spaces.
    plain : PlainLabels

    Raises
    ------
    ValueError
        If a character has no label, or there are too few frames for the text.
    """
    blank, boundary = plain.alphabet.blank, plain.alphabet.labels.index(BOUNDARY)
    labels = units_of(plain.alphabet).encode(text)
    states, may_skip = ctc_states(labels, blank)
    # Beside a word boundary, and at the ends, further boundaries count as blanks.
    members = [*plain.members, np.concatenate((plain.members[blank], plain.members[boundary]))]
    outer = np.concatenate(([boundary], states, [boundary]))
    allowed = states.copy()
    allowed[(states == blank) & ((outer[:-2] == boundary) | (outer[2:] == boundary))] = blank + 1
    best = np.stack([log_probs[:, classes].max(axis=1) for classes in members], axis=1)
    path = best_states(best[:, allowed], may_skip)
    return Alignment(
        labels=states[path],
        classes=_written(log_probs, path, [members[label] for label in allowed], plain),
        log_prob=_label_log_prob(log_probs, states[path], plain),
    )


def written_words(log_probs: LogProbs, text: str, plain: PlainLabels) -> list[WordSpan]:
    """Words of a plain text as the model writes them; parameters and errors as in `align`."""
    alignment = align(log_probs, text, plain)
    return words_along(alignment.classes, alignment.log_prob, plain.units)


def plain_words(log_probs: LogProbs, text: str, plain: PlainLabels) -> list[WordSpan]:
    """Words of a plain text, unchanged; parameters and errors as in `align`."""
    alignment = align(log_probs, text, plain)
    return words_along(alignment.labels, alignment.log_prob, units_of(plain.alphabet))


def _written(
    log_probs: LogProbs,
    path: NDArray[np.int64],
    members: list[NDArray[np.int64]],
    plain: PlainLabels,
) -> ClassPath:
    """Written classes along a path of states.

    A letter or boundary is one class for as long as it lasts, so that it is written once; frames of
    a blank take the best class each, so that they may hold several marks. The case of a letter is
    the more probable one of all letters, because the text may have another letter than the frames.
    """
    by_case = _case_log_probs(log_probs, plain.units)
    classes = np.empty(len(path), np.int64)
    edges = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]
    for start, end in pairwise(edges):
        choices = members[path[start]]
        if path[start] % 2 == 0:
            classes[start:end] = choices[log_probs[start:end, choices].argmax(axis=1)]
        else:
            classes[start:end] = choices[by_case[start:end, choices].sum(axis=0).argmax()]
    return classes


def _case_log_probs(log_probs: LogProbs, units: Units) -> LogProbs:
    """Log-probabilities with that of all upper-case letters, or all lower-case ones, for each."""
    summed = log_probs.copy()
    texts = [units.decode([index]) for index in range(len(units.texts))]
    for has_case in (str.isupper, str.islower):
        classes = [index for index, text in enumerate(texts) if has_case(text)]
        if classes:
            summed[:, classes] = np.logaddexp.reduce(log_probs[:, classes], axis=1)[:, None]
    return summed


def _label_log_prob(
    log_probs: LogProbs, labels: ClassPath, plain: PlainLabels
) -> NDArray[np.float32]:
    chosen = np.take_along_axis(plain.log_probs(log_probs), labels[:, None], axis=1)[:, 0]
    return chosen.astype(np.float32)
