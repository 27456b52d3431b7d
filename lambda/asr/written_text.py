"""Written text and its plain form: case, punctuation marks, and what remains without them."""

import re
import unicodedata
from collections.abc import Iterable

APOSTROPHES = "'\u2019\u02bc"
HYPHENS = "-\u2010\u2011"
# Punctuation by its Unicode category, but read aloud: "50%", "R&D", "and/or".
SPOKEN = "#%&*/@\\"

_STRAIGHT = str.maketrans(dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(HYPHENS, "-"))
# A point, comma or colon between two digits is a part of the number.
_IN_NUMBER = re.compile(r"(?<=\d)[.,:](?=\d)")


def is_mark(character: str) -> bool:
    """Whether a character is a punctuation mark: never an apostrophe, a hyphen or a symbol."""
    return (
        unicodedata.category(character).startswith("P")
        and character not in APOSTROPHES
        and character not in HYPHENS
        and character not in SPOKEN
    )


def is_written(texts: Iterable[str]) -> bool:
    """Whether texts of labels have marks or two cases, so that they differ from plain text."""
    text = "".join(texts)
    has_case = any(c.isupper() for c in text) and any(c.islower() for c in text)
    return has_case or any(map(is_mark, text))


def fold(text: str) -> str:
    """Lower case, in NFC, with ASCII apostrophes and hyphens."""
    return unicodedata.normalize("NFC", text.lower()).translate(_STRAIGHT)


def plain(word: str) -> str:
    """Plain form of a written word, which is idempotent: lower case, without marks.

    Apostrophes and hyphens are kept within the word, as ASCII characters, and removed at its
    edges; a point, comma or colon between two digits is kept.

    Returns
    -------
    str
        NFC; empty if the word consists of marks.
    """
    if word.isascii() and word.isalpha():
        return word.lower()
    folded = fold(word)
    in_number = {match.start() for match in _IN_NUMBER.finditer(folded)}
    kept = "".join(c for i, c in enumerate(folded) if i in in_number or not is_mark(c))
    return unicodedata.normalize("NFC", kept.strip("'-"))


def split_marks(written: str) -> tuple[str, str, str]:
    """Marks before a word, the word with its case and inner marks, and the marks after it."""
    inner = [index for index, character in enumerate(written) if not is_mark(character)]
    if not inner:
        return "", "", written
    first, end = inner[0], inner[-1] + 1
    return written[:first], written[first:end], written[end:]
