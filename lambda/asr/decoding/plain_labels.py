"""Plain labels: the classes of a model of characters, grouped by what they write in plain text.

The two cases of a letter are one plain label. A hyphen separates two words, unless it is a letter
of the language model. Punctuation marks and special tokens write nothing, as the blank does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr.decoding.units import Units, units_of
from asr.errors import ModelUnavailableError
from asr.manifest import Alphabet
from asr.types import LogProbs
from asr.written_text import fold

BOUNDARY = " "
HYPHEN = "-"
NOT_CHARACTERS = (
    "the beam search needs a model whose labels are characters and a word boundary; "
    "this one has subwords or no word boundary: use the decoder greedy"
)


@dataclass(frozen=True, eq=False)
class PlainLabels:
    """Groups of the classes of a written alphabet.

    Attributes
    ----------
    units : Units
        Of the written classes.
    alphabet : Alphabet
        The plain labels, the blank last.
    members : tuple of arrays of int64
        The written classes of each plain label.
    """

    units: Units
    alphabet: Alphabet
    members: tuple[NDArray[np.int64], ...]

    @property
    def silence(self) -> list[int]:
        """The written classes without speech: of the blank and of the word boundary."""
        boundary = self.alphabet.labels.index(BOUNDARY)
        return [*self.members[self.alphabet.blank].tolist(), *self.members[boundary].tolist()]

    def log_probs(self, written: LogProbs) -> NDArray[np.float64]:
        """Sum the probabilities of each label's classes: (frames, classes) to (frames, labels)."""
        frames = written.astype(np.float64)
        plain = np.empty((len(frames), len(self.members)))
        for label, classes in enumerate(self.members):
            if len(classes) == 1:
                plain[:, label] = frames[:, classes[0]]
            else:
                plain[:, label] = np.logaddexp.reduce(frames[:, classes], axis=1)
        return plain


def plain_labels(alphabet: Alphabet, letters: str) -> PlainLabels:
    """Group the classes of an alphabet.

    Parameters
    ----------
    alphabet : Alphabet
    letters : str
        Characters of plain text.

    Raises
    ------
    ModelUnavailableError
        If the labels are not characters with a word boundary.
    """
    units = units_of(alphabet)
    if not units.are_characters:
        raise ModelUnavailableError(NOT_CHARACTERS)
    groups: dict[str, list[int]] = {}
    for index in range(len(alphabet.labels)):
        groups.setdefault(_plain_label(units, index, letters), []).append(index)
    blanks = groups.pop("")
    return PlainLabels(
        units,
        Alphabet((*groups, ""), blank=len(groups), word_boundary=BOUNDARY),
        tuple(np.array(classes) for classes in [*groups.values(), blanks]),
    )


def _plain_label(units: Units, index: int, letters: str) -> str:
    if units.starts_word[index]:
        return BOUNDARY
    if not units.is_letter[index]:
        return ""
    label = fold(units.decode([index]))
    return BOUNDARY if label == HYPHEN and HYPHEN not in letters else label
