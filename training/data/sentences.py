"""Sentences of plain text that synthesisers read as they are spelled, and their test split."""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from training.data import text
from training.errors import InputError

SENTENCE_WORDS = range(2, 21)
HELD_OUT_SHARE = 25  # one sentence in 25 is held out for test sets

# Apostrophes outside of words are quotation marks.
_QUOTE = re.compile(r"(?<![A-Za-z])'|'(?![A-Za-z])")
_TO_ASCII = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": "", "\u201d": "", '"': "", "\u2014": ", "}
    | {"\u2013": ", ", "\u2026": ",", "_": ""}
)
# Engines differ in how they read abbreviations, which have a full stop within the sentence, digits,
# initials and words in capitals.
_SPELLED_OUT = re.compile(r"[A-Za-z' ,;:!?-]+[.!?]?")
_AMBIGUOUS = re.compile(
    r"\b([A-Z]{2,}|[B-HJ-Z]|Mr|Mrs|Messrs|Dr|St|Jr|Sr|Col|Capt|Co|Ltd|vs|etc)\b"
)


def to_speakable(sentence: str) -> str | None:
    """ASCII form of a sentence, or None if engines may not read it as it is spelled."""
    plain = " ".join(_QUOTE.sub("", sentence.translate(_TO_ASCII)).split())
    if not _SPELLED_OUT.fullmatch(plain) or _AMBIGUOUS.search(plain):
        return None
    return plain if len(text.normalise(plain).split()) in SENTENCE_WORDS else None


def read_sentences(files: Iterable[Path]) -> list[str]:
    """Read the speakable lines of text files, in their order and without repetitions.

    Raises
    ------
    InputError
        If a file is not UTF-8 text.
    OSError
        If a file does not exist.
    """
    unique: dict[str, str] = {}
    for line in read_lines(files):
        if (plain := to_speakable(line)) is not None:
            unique.setdefault(text.normalise(plain), plain)
    return list(unique.values())


def read_lines(files: Iterable[Path]) -> Iterator[str]:
    """Read the lines of text files; raises as `read_sentences` does."""
    for file in files:
        try:
            yield from file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise InputError(f"{file} is not UTF-8 text: {error}") from error


def restrict_vocabulary(sentences: Sequence[str], size: int) -> list[str]:
    """Select the sentences whose words are all among the `size` most frequent ones."""
    words = [text.normalise(sentence).split() for sentence in sentences]
    ranked = Counter(word for of_one in words for word in of_one).most_common(size)
    vocabulary = {word for word, _ in ranked}
    return [
        sentence
        for sentence, used in zip(sentences, words, strict=True)
        if vocabulary.issuperset(used)
    ]


def is_held_out(sentence: str) -> bool:
    """Whether a sentence is reserved for test sets; a function of its normalised words."""
    return zlib.crc32(text.normalise(sentence).encode()) % HELD_OUT_SHARE == 0
