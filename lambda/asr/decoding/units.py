"""Units of text: what each class of a CTC model writes, and the classes that write a text.

A class writes characters or a part of a word, and may start a word. Three kinds of labels have this
form: characters with a word boundary among them (" " or "|"); subwords that begin with the boundary
where a word starts (SentencePiece's "▁", with `<0xE2>` for single bytes; Kudo and Richardson 2018);
and byte-level subwords, whose boundary is "Ġ" and whose characters stand for bytes (Radford et al.
2019). The labels show which kind they are, so a manifest needs no further field.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from asr.errors import ModelUnavailableError
from asr.manifest import MANIFEST, Alphabet
from asr.written_text import is_mark, is_written

BYTE_LEVEL_BOUNDARY = "Ġ"
_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
_SPECIAL = re.compile(r"<.+>|\[[A-Z]+\]")  # <unk>, <s>, <pad>, [PAD]
_WHITESPACE, _CONTROL = b"\t\n\v\f\r ", bytes([*range(32), 127])


@dataclass(frozen=True)
class Unit:
    """What a class writes: UTF-8 or a part of it, and whether that is more than marks.

    The text is empty for a blank, a special token and a lone word boundary.
    """

    text: bytes = b""
    starts_word: bool = False
    is_letter: bool = False


@dataclass(frozen=True, eq=False)
class Units:
    """The units of an alphabet, by class.

    Attributes
    ----------
    alphabet : Alphabet
    texts : tuple of bytes
    starts_word, is_letter : arrays, shape (classes,), bool
    """

    alphabet: Alphabet
    texts: tuple[bytes, ...]
    starts_word: NDArray[np.bool_]
    is_letter: NDArray[np.bool_]

    @property
    def are_written(self) -> bool:
        """Whether the units write punctuation marks or two cases of letters."""
        return is_written(text.decode(errors="replace") for text in self.texts)

    @property
    def are_characters(self) -> bool:
        """Whether no unit is longer than a character, and a lone boundary separates words."""
        longer = any(
            (start and text) or len(text.decode(errors="replace")) > 1
            for start, text in zip(self.starts_word, self.texts, strict=True)
        )
        return bool(self.starts_word.any()) and not longer

    def decode(self, classes: list[int]) -> str:
        """Text of consecutive classes of one word, in NFC; invalid bytes become U+FFFD."""
        text = b"".join([self.texts[index] for index in classes]).decode(errors="replace")
        return text if text.isascii() else unicodedata.normalize("NFC", "".join(text.split()))

    def encode(self, text: str) -> list[int]:
        """Classes that write a text, by greedy longest match within each word.

        A tokeniser may split words into other subwords; the classes write the same text. Where the
        labels have one case only, so has the encoded text.

        Raises
        ------
        ValueError
            If a character has no unit.
        """
        starts, inner = _pieces(self)
        separated = set(starts) <= {b""}
        classes: list[int] = []
        for word in unicodedata.normalize("NFC", _in_case(text, self.alphabet)).split():
            rest = word.encode()
            if starts and (classes or not separated):
                index, rest = _longest(rest, starts, word)
                classes.append(index)
            while rest:
                index, rest = _longest(rest, inner, word)
                classes.append(index)
        return classes


@lru_cache(maxsize=8)
def units_of(alphabet: Alphabet) -> Units:
    """Units of an alphabet.

    Raises
    ------
    ModelUnavailableError
        If no label has the word boundary, or one has it after its start.
    """
    units = [
        Unit() if index == alphabet.blank else parse_label(label, alphabet.word_boundary)
        for index, label in enumerate(alphabet.labels)
    ]
    if alphabet.word_boundary and not any(
        label.startswith(alphabet.word_boundary) for label in alphabet.labels
    ):
        raise ModelUnavailableError(
            f"{MANIFEST}: no label begins with the word boundary {alphabet.word_boundary!r}; "
            "a model without word boundaries has an empty one"
        )
    return Units(
        alphabet,
        texts=tuple(unit.text for unit in units),
        starts_word=np.array([unit.starts_word for unit in units]),
        is_letter=np.array([unit.is_letter for unit in units]),
    )


def parse_label(label: str, word_boundary: str) -> Unit:
    """Parse a label; an empty `word_boundary` means that no unit starts a word.

    Raises
    ------
    ModelUnavailableError
        If the label has the word boundary after its start.
    """
    byte = _BYTE.fullmatch(label)
    if byte is None and label != word_boundary and _SPECIAL.fullmatch(label):
        return Unit()
    content = bytes([int(byte[1], 16)]) if byte else _content(label, word_boundary)
    text = content.lstrip(_WHITESPACE)
    if set(text) & set(_WHITESPACE):
        raise ModelUnavailableError(
            f"{MANIFEST}: label {label!r} has a word boundary after its start, "
            "expected it at the start only"
        )
    text = text.strip(_CONTROL)
    marks = text.decode(errors="replace")
    return Unit(
        text,
        starts_word=content[:1].isspace(),
        is_letter=not all(map(is_mark, marks)),
    )


def _content(label: str, word_boundary: str) -> bytes:
    """UTF-8 of a label, with a space in place of the word boundary and of other spaces."""
    if word_boundary == BYTE_LEVEL_BOUNDARY and all(c in _BYTE_LEVEL for c in label):
        return bytes(_BYTE_LEVEL[c] for c in label)
    spaced = label.replace(word_boundary, " ") if word_boundary else label
    return "".join(" " if c.isspace() else c for c in spaced).encode()


def _byte_level_characters() -> dict[str, int]:
    """The characters that stand for the 256 bytes in byte-level subwords (GPT-2's table)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {
        chr(256 + index): byte for index, byte in enumerate(others)
    }


_BYTE_LEVEL = _byte_level_characters()


@lru_cache(maxsize=8)
def _pieces(units: Units) -> tuple[dict[bytes, int], dict[bytes, int]]:
    """Classes by their text, of units that start a word and of others; labels before bytes."""
    starts: dict[bytes, int] = {}
    inner: dict[bytes, int] = {}
    is_byte = [_BYTE.fullmatch(label) is not None for label in units.alphabet.labels]
    for index in sorted(range(len(is_byte)), key=lambda index: is_byte[index]):
        if units.starts_word[index]:
            starts.setdefault(units.texts[index], index)
        elif units.texts[index]:
            inner.setdefault(units.texts[index], index)
    return starts, inner


def _longest(text: bytes, pieces: dict[bytes, int], word: str) -> tuple[int, bytes]:
    """Class of the longest piece that `text` begins with, and what follows it."""
    for length in range(len(text), -1, -1):
        if (index := pieces.get(text[:length])) is not None:
            return index, text[length:]
    character = text.decode(errors="replace")[0]
    raise ValueError(f"no label of the model writes {character!r} of {word!r}")


def _in_case(text: str, alphabet: Alphabet) -> str:
    """The text in the case of the labels, where they have only one."""
    labels = "".join(label for label in alphabet.labels if not _SPECIAL.fullmatch(label))
    if not any(c.isupper() for c in labels):
        return text.lower()
    return text if any(c.islower() for c in labels) else text.upper()
