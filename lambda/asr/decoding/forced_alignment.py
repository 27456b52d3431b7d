"""Forced alignment: the most probable path that collapses to known labels, and words of a text."""

from collections.abc import Sequence

import numpy as np

from asr.decoding.plain_labels import plain_labels
from asr.decoding.units import units_of
from asr.decoding.viterbi import best_states, ctc_states
from asr.decoding.words import ClassPath, WordSpan, words_along
from asr.decoding.written_alignment import plain_words
from asr.manifest import Alphabet
from asr.types import LogProbs
from asr.written_text import plain


def forced_path(log_probs: LogProbs, labels: Sequence[int], blank: int) -> ClassPath:
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
    states, may_skip = ctc_states(labels, blank)
    return states[best_states(log_probs[:, states], may_skip)]


def align_text(log_probs: LogProbs, text: str, alphabet: Alphabet) -> list[WordSpan]:
    """Align a text with log-probabilities.

    With characters, the plain form of the text is aligned: each letter in either case, and marks
    anywhere. With subwords, the text as it is, in the subwords of `Units.encode`.

    Parameters
    ----------
    log_probs : array, shape (frames, classes)
    text : str
        Words, separated by spaces.
    alphabet : Alphabet

    Returns
    -------
    list of WordSpan
        The words of the text, in plain form with characters.

    Raises
    ------
    ValueError
        As `forced_path`, or if the model has no label for a character.
    """
    units = units_of(alphabet)
    if units.are_characters:
        words = " ".join(filter(None, map(plain, text.split())))
        return plain_words(log_probs, words, plain_labels(alphabet, words))
    path = forced_path(log_probs, units.encode(text), alphabet.blank)
    return words_along(path, np.take_along_axis(log_probs, path[:, None], axis=1)[:, 0], units)
