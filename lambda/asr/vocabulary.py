"""Vocabulary of a request: names and terms that the model should recognise, spelled as given.

A vocabulary is a list of phrases. They come as a list, as text with a phrase per line or separated
by commas, or as a vocabulary file of Amazon Transcribe (columns `Phrase` and `DisplayAs`).
"""

import re
import reprlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from asr.choices import OptionError
from asr.written_text import HYPHENS, plain

MAX_PHRASES = 500
MAX_PHRASE_CHARACTERS = 100
PROMPT_PHRASE_WORDS = 4  # longer parts of a prompt are sentences, which name nothing
OPTION = "vocabulary"
_SEPARATORS = re.compile(r"[,;\n\r\u2028\u2029]")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")  # A.W.S.
_ACRONYM = re.compile(r"[A-Z]{2,5}")
_AND = re.compile(r"(?<=\S)\s*&\s*(?=\S)")


@dataclass(frozen=True)
class Phrase:
    """A phrase of a vocabulary.

    Attributes
    ----------
    spoken : str
        Words in plain form, separated by single spaces; hyphens are spaces.
    written : str
        As it is to be written.
    """

    spoken: str
    written: str


@dataclass(frozen=True)
class Vocabulary:
    """Phrases to recognise.

    Attributes
    ----------
    phrases : tuple of Phrase
    optional : bool
        Whether phrases that the model cannot write, or all with a model that takes no vocabulary,
        are ignored; otherwise they are errors.
    """

    phrases: tuple[Phrase, ...] = ()
    optional: bool = False


NO_VOCABULARY = Vocabulary()


def parse(values: object) -> Vocabulary:
    """Parse the option `vocabulary`: a list of texts, or one text; separators are as above.

    Raises
    ------
    OptionError
        If it is neither, has no phrase or more than `MAX_PHRASES`, or one that is too long or has
        no letters.
    """
    texts = [values] if isinstance(values, str) else values
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise OptionError(OPTION, f"{OPTION} is {reprlib.repr(values)}, expected a list of texts")
    return _checked(Phrase(spoken(part), part) for text in texts for part in split(text))


def _checked(phrases: Iterable[Phrase]) -> Vocabulary:
    """Vocabulary of phrases, without duplicates; raises as `parse`."""
    unique = tuple(dict.fromkeys(phrases))
    if not 0 < len(unique) <= MAX_PHRASES:
        raise OptionError(
            OPTION, f"{OPTION} has {len(unique)} phrases, expected 1 to {MAX_PHRASES}"
        )
    for phrase in unique:
        _check_phrase(phrase)
    return Vocabulary(unique)


def _check_phrase(phrase: Phrase) -> None:
    """Raise OptionError for a phrase that is too long or has no letters."""
    start = phrase.written[:40]
    if len(phrase.written) > MAX_PHRASE_CHARACTERS:
        raise OptionError(
            OPTION,
            f"{OPTION} has a phrase of {len(phrase.written)} characters, {start!r}..., the limit "
            f"is {MAX_PHRASE_CHARACTERS}; separate phrases by commas or lines",
        )
    if not any(character.isalnum() for character in phrase.spoken):
        raise OptionError(OPTION, f"{OPTION} has {start!r}, expected a phrase with letters")


def parse_prompt(text: str) -> Vocabulary:
    """Vocabulary of a prompt of OpenAI's API, which is free text: its short parts, all optional."""
    parts = (part.strip(" .!?:\"'") for part in split(text.replace(":", ",")))
    phrases = [Phrase(spoken(part), part) for part in parts if _may_be_name(part)]
    return Vocabulary(tuple(dict.fromkeys(phrases))[:MAX_PHRASES], optional=True)


def _may_be_name(part: str) -> bool:
    words = part.split()
    return (
        0 < len(words) <= PROMPT_PHRASE_WORDS
        and len(part) <= MAX_PHRASE_CHARACTERS
        and any(map(str.isalpha, spoken(part)))
    )


def parse_file(text: str) -> Vocabulary:
    """Parse a vocabulary file: a phrase per line, or Amazon Transcribe's table.

    The table has tabs and a header with `Phrase`, in which hyphens stand for spaces; `DisplayAs` is
    how a phrase is written, and other columns are ignored. Empty lines and those with a `#` first
    are skipped.

    Raises
    ------
    OptionError
        As `parse`.
    """
    lines = [line for line in text.removeprefix("\ufeff").splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("#")]
    if lines and "Phrase" in (header := lines[0].split("\t")):
        rows = (dict(zip(header, row.split("\t"), strict=False)) for row in lines[1:])
        return _checked(map(_table_row, rows))
    return parse(lines)


def _table_row(row: dict[str, str]) -> Phrase:
    phrase = row["Phrase"].strip().replace("-", " ")
    return Phrase(spoken(phrase), row.get("DisplayAs", "").strip() or phrase)


def split(text: str) -> list[str]:
    """Phrases of a text, with single spaces."""
    parts = (" ".join(part.split()) for part in _SEPARATORS.split(text))
    return [part for part in parts if part]


def spoken(written: str) -> str:
    """Plain words of a phrase: `Jean-Luc` is `jean luc`, `A.W.S.` is `a w s`, `AT&T` `at and t`."""
    spaced = _INITIALS.sub(lambda initials: initials[0].replace(".", " "), written)
    for character in HYPHENS + "/_":
        spaced = spaced.replace(character, " ")
    words = map(plain, _AND.sub(" and ", spaced).split())
    return " ".join(filter(None, words))


def variants(phrase: Phrase) -> Iterable[Phrase]:
    """A phrase, its possessive, and of an acronym the letters: `AWS` may be read `a w s`."""
    yield phrase
    if _ACRONYM.fullmatch(phrase.written) and " " not in phrase.spoken:
        yield Phrase(" ".join(phrase.spoken), phrase.written)
    if phrase.written[-1:].isalpha():
        yield Phrase(f"{phrase.spoken}'s", f"{phrase.written}'s")


def in_letters(phrase: Phrase, letters: str) -> Phrase:
    """A phrase in the letters of a model, without accents that it does not have.

    Raises
    ------
    OptionError
        If it has another character.
    """
    text = "".join(c if c in letters else _without_accent(c) for c in phrase.spoken)
    if foreign := next((c for c in text if c != " " and c not in letters), None):
        raise OptionError(
            OPTION,
            f"{OPTION} has {phrase.written!r} with {foreign!r}, which this model does not write; "
            "expected words as they are spoken, as in `one`",
        )
    return Phrase(text, phrase.written)


def _without_accent(character: str) -> str:
    """The base letters of a character: `é` is `e`; `ß`, which has none, is `ss`."""
    special = {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
    decomposed = unicodedata.normalize("NFKD", special.get(character, character))
    return "".join(c for c in decomposed if not unicodedata.combining(c)) or character
