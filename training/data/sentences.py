"""Which sentences of open text a synthesiser can be trusted to speak as they are written."""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from training.data import text
from training.errors import InputError

WORDS = range(2, 21)  # in a sentence
HELD_OUT_SHARE = 25  # one sentence in so many is kept for test sets

# Outside of words: quotation marks.
_QUOTE = re.compile(r"(?<![A-Za-z])'|'(?![A-Za-z])")
_PLAIN = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": "", "\u201d": "", '"': "", "\u2014": ", "}
    | {"\u2013": ", ", "\u2026": ",", "_": ""}
)
# A full stop ends a sentence here; elsewhere it is an abbreviation, read in as many ways as there
# are engines, like digits, initials and words in capitals.
_WRITTEN_OUT = re.compile(r"[A-Za-z' ,;:!?-]+[.!?]?")
_READ_OTHERWISE = re.compile(
    r"\b([A-Z]{2,}|[B-HJ-Z]|Mr|Mrs|Messrs|Dr|St|Jr|Sr|Col|Capt|Co|Ltd|vs|etc)\b"
)


def speakable(sentence: str) -> str | None:
    """The sentence in plain characters, or None if it may not be spoken as it is spelled."""
    plain = " ".join(_QUOTE.sub("", sentence.translate(_PLAIN)).split())
    if not _WRITTEN_OUT.fullmatch(plain) or _READ_OTHERWISE.search(plain):
        return None
    return plain if len(text.normalise(plain).split()) in WORDS else None


def read(files: Iterable[Path]) -> list[str]:
    """All speakable sentences of `files`, one a line there, each of them once, in their order.

    Raises
    ------
    InputError
        If a file is not text.
    OSError
        If there is no such file.
    """
    spoken: dict[str, str] = {}
    for line in lines(files):
        if (plain := speakable(line)) is not None:
            spoken.setdefault(text.normalise(plain), plain)
    return list(spoken.values())


def lines(files: Iterable[Path]) -> Iterator[str]:
    """The lines of all files; raises as `read` does."""
    for file in files:
        try:
            yield from file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise InputError(f"{file} is not text: {error}") from error


def of_common_words(spoken: Sequence[str], vocabulary: int) -> list[str]:
    """The sentences of `spoken` that use none but its `vocabulary` most frequent words."""
    words = [text.normalise(sentence).split() for sentence in spoken]
    ranked = Counter(word for of_one in words for word in of_one).most_common(vocabulary)
    common = {word for word, _ in ranked}
    return [sentence for sentence, used in zip(spoken, words, strict=True) if common >= set(used)]


def held_out(sentence: str) -> bool:
    """Whether a sentence is for test sets; it depends on the words alone."""
    return zlib.crc32(text.normalise(sentence).encode()) % HELD_OUT_SHARE == 0
