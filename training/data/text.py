"""Transcript normalisation and character encoding, shared by training and evaluation."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from asr.manifest import Alphabet

# The alphabet of the published recogniser, in its order: 28 characters, then the CTC blank.
CHARACTERS = "' abcdefghijklmnopqrstuvwxyz"
# 29 classes; the label of the blank is empty.
ALPHABET = Alphabet(labels=(*CHARACTERS, ""), blank=len(CHARACTERS), word_boundary=" ")

_APOSTROPHES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "&": " and "})
_NOT_A_CHARACTER = re.compile(r"[^a-z']+")
# An apostrophe belongs to a word only between two letters; elsewhere it is a quotation mark.
_QUOTE = re.compile(r"(?<![a-z])'|'(?![a-z])")


def normalise(text: str) -> str:
    """Lower-case `text`, fold accents, and keep letters, inner apostrophes and single spaces.

    Digits are dropped like punctuation: a corpus that writes them must spell them out first.
    """
    folded = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).lower()
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    words = _NOT_A_CHARACTER.sub(" ", _QUOTE.sub(" ", folded))
    return " ".join(words.split())


def encode(text: str, alphabet: Alphabet = ALPHABET) -> list[int]:
    """Class indices of normalised `text`.

    Raises
    ------
    KeyError
        For a character outside the alphabet.
    """
    index = _class_indices(alphabet)
    return [index[character] for character in text]


def decode(indices: Iterable[int], alphabet: Alphabet = ALPHABET) -> str:
    """Text of class indices without blanks, with single spaces between words."""
    return " ".join("".join(alphabet.labels[index] for index in indices).split())


@cache
def _class_indices(alphabet: Alphabet) -> dict[str, int]:
    return {label: index for index, label in enumerate(alphabet.labels)}
