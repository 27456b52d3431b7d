"""Written text, with capitals and punctuation: its alphabet and its normalisation.

The written alphabet adds capitals, the hyphen and the marks `. , ? !` to the plain one. Each of its
classes has a plain class (`PLAIN_CLASSES`), so that a network with written labels models plain text
as well.
"""

import re
import string
import unicodedata

from asr.manifest import Alphabet
from training.data import text
from training.errors import InputError

MARKS = ".,?!"
CHARACTERS = f" '-{MARKS}{string.ascii_uppercase}{string.ascii_lowercase}"
# 60 classes; the label of the blank is empty.
WRITTEN_ALPHABET = Alphabet(
    labels=(*CHARACTERS, ""), blank=len(CHARACTERS), word_boundary=text.ALPHABET.word_boundary
)
ALPHABETS = {len(each.labels): each for each in (text.ALPHABET, WRITTEN_ALPHABET)}

_TOKEN = re.compile(r"[^\s-]+-?")
_TO_ASCII = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "&": " and "}
    | {"\u2010": "-", "\u2013": ", ", "\u2014": ", ", ";": ",", ":": ","}
    | dict.fromkeys('"\u201c\u201d\u201e\u201f\u00ab\u00bb()[]{}<>*_/\\|~', " ")
)
_ELLIPSIS_WITHIN = re.compile(r"\.{2,}(?=\s+[a-z])")
_DASH = re.compile(r"\s-+\s|--+")
_OUTSIDE_OF_WORDS = re.compile(r"(?<!\w)['-]|['-](?!\w)")
_MARKS = re.compile(rf"\s*([{MARKS}](?:\s*[{MARKS}])*)\s*")


def has_case(written: str) -> bool:
    """Whether a transcript has upper and lower case; those of many corpora have only one."""
    return any(map(str.isupper, written)) and any(map(str.islower, written))


def is_written(written: str) -> bool:
    """Whether a text of the written alphabet has lower case, and capitals or marks."""
    return has_case(written) or (written.islower() and any(mark in written for mark in MARKS))


def tidy(written: str) -> str:
    """Map punctuation to the marks of the alphabet, one after a word, and fold accents.

    Dashes, colons and semicolons become commas, an ellipsis a comma or a full stop; quotation
    marks and brackets are dropped. Digits, symbols and other scripts stay.
    """
    folded = unicodedata.normalize("NFKD", written).translate(_TO_ASCII)
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    folded = _DASH.sub(", ", _ELLIPSIS_WITHIN.sub(", ", folded))
    while (without := _OUTSIDE_OF_WORDS.sub(" ", folded)) != folded:
        folded = without
    folded = _MARKS.sub(_one_mark, folded).lstrip(MARKS + string.whitespace)
    return " ".join(folded.split())


def _one_mark(run: re.Match[str]) -> str:
    """The first mark of a run that ends a sentence, else a comma."""
    ends = [mark for mark in run[1] if mark in ".?!"]
    return f"{ends[0] if ends else ','} "


def split_words(tidied: str) -> list[str]:
    """Words of a tidied text, each with its mark; a part of a compound with its hyphen."""
    return _TOKEN.findall(tidied)


def plain_word(word: str) -> str:
    """Plain form of a word of `split_words`."""
    return word.lower().rstrip(f"{MARKS}-")


def normalise_written(written: str) -> str | None:
    """Written form of a transcript in the characters of `WRITTEN_ALPHABET`.

    `text.normalise` of it is the same as of the transcript.

    Returns
    -------
    str or None
        None if the transcript has no upper and lower case, or has digits or symbols, whose words
        are not known.
    """
    tidied = tidy(written)
    if not has_case(tidied) or set(tidied) - set(CHARACTERS):
        return None
    return tidied


def _plain_class(label: str) -> int:
    plain = text.ALPHABET.labels
    if label in MARKS:
        return text.ALPHABET.blank
    return plain.index(" " if label == "-" else label.lower())


# Class of the plain alphabet for each class of the written one; marks are silent, like the blank.
PLAIN_CLASSES = tuple(map(_plain_class, WRITTEN_ALPHABET.labels))


def alphabet_of(classes: int) -> Alphabet:
    """Alphabet of a CTC network with this number of classes.

    Raises
    ------
    InputError
        If there is none.
    """
    if classes not in ALPHABETS:
        raise InputError(
            f"network: it has {classes} classes; task 'ctc' needs {len(text.ALPHABET.labels)} "
            f"(plain text) or {len(WRITTEN_ALPHABET.labels)} (with capitals and punctuation)"
        )
    return ALPHABETS[classes]
