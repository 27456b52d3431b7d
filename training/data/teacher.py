"""Case and punctuation of a teacher's transcripts, for corpora whose own text has neither.

A teacher is a published recogniser that writes text. Its words may be wrong, so that only case and
marks are taken over, onto the true words. Its labels are a table with the columns `file` (a clip's
file name) and `text`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

from training.data.corpus import Corpus
from training.data.manifest import Utterance, read_rows
from training.data.written_text import (
    CHARACTERS,
    MARKS,
    is_written,
    plain_word,
    split_words,
    tidy,
)
from training.errors import InputError

LABEL_COLUMNS = ("file", "text")
MIN_AGREEMENT = 0.7  # share of the true words that the teacher must have recognised

# As corpora spell out what a teacher abbreviates, whose full stop ends no sentence.
_ABBREVIATIONS = {"Mr": "Mister", "Mrs": "Missus", "Dr": "Doctor", "St": "Saint"}
_ABBREVIATION = re.compile(rf"\b({'|'.join(_ABBREVIATIONS)})\.")
_FIRST_PERSON = re.compile(r"i(?:'(?:d|ll|m|ve))?")
_ENDS = MARKS.replace(",", "")  # marks that end a sentence


def read_teacher_labels(file: Path) -> dict[str, str]:
    """Read the teacher's text by name of the clip's file.

    Raises
    ------
    InputError
        If the file is not a table with the columns `file` and `text`.
    OSError
        If the file does not exist.
    """
    return {Path(row["file"]).name: row["text"] for row in read_rows(file, LABEL_COLUMNS)}


def with_teacher_labels(corpora: Sequence[Corpus], labels: Mapping[str, str]) -> list[Corpus]:
    """Return `corpora` with the case and marks of `labels` in utterances whose text has none.

    Raises
    ------
    InputError
        If no label is of one of their clips.
    """
    clips = {each.path.name for corpus in corpora for each in corpus.utterances}
    if not clips & labels.keys():
        raise InputError("teacher_labels: they name no clip of the corpora of `train`")
    return [
        replace(corpus, utterances=[_with_label(each, labels) for each in corpus.utterances])
        for corpus in corpora
    ]


def _with_label(utterance: Utterance, labels: Mapping[str, str]) -> Utterance:
    label = labels.get(utterance.path.name)
    if utterance.written is not None or label is None:
        return utterance
    return replace(utterance, written=transfer(utterance.text, label))


def transfer(plain: str, teacher: str) -> str | None:
    """Lay the case and the marks of a teacher's transcript over the true words.

    Where the words differ, the last true word takes the mark of the teacher's last one.

    Parameters
    ----------
    plain : str
        The true transcript, normalised by `text.normalise`.
    teacher : str
        The teacher's transcript.

    Returns
    -------
    str or None
        Written form, whose words are those of `plain`; None if the teacher recognised less than
        `MIN_AGREEMENT` of them, or wrote neither capitals nor marks.
    """
    spelled_out = _ABBREVIATION.sub(lambda found: _ABBREVIATIONS[found[1]], teacher)
    words, tokens = plain.split(), split_words(tidy(spelled_out))
    matcher = SequenceMatcher(a=words, b=[*map(plain_word, tokens)], autojunk=False)
    blocks = matcher.get_matching_blocks()
    if not words or sum(block.size for block in blocks) < MIN_AGREEMENT * len(words):
        return None
    written = [_capitalise(w) if _FIRST_PERSON.fullmatch(w) else w for w in words]
    word, token = 0, 0  # ends of the previous block
    for block in blocks:
        _write_gap(written, slice(word, block.a), tokens[token : block.b])
        word, token = block.a + block.size, block.b + block.size
        written[block.a : word] = tokens[block.b : token]
        if block.size:  # a compound whose next part differs
            written[word - 1] = written[word - 1].removesuffix("-")
    text = " ".join(written).replace("- ", "-")
    return text if is_written(text) and not set(text) - set(CHARACTERS) else None


def _write_gap(written: list[str], gap: slice, tokens: Sequence[str]) -> None:
    """Write true words between two matching blocks, where the teacher has `tokens` instead."""
    last = gap.stop - 1
    mark = _mark(tokens[-1]) if tokens else ""
    if not tokens and 0 < gap.start < gap.stop == len(written):  # the teacher stopped earlier
        mark = _mark(written[gap.start - 1])
        written[gap.start - 1] = written[gap.start - 1].rstrip(MARKS)
    if gap.start < gap.stop and (gap.start == 0 or written[gap.start - 1][-1] in _ENDS):
        written[gap.start] = _capitalise(written[gap.start])
    if mark and last >= 0:
        written[last] = written[last].rstrip(MARKS) + mark


def _mark(token: str) -> str:
    return token[-1] if token[-1] in MARKS else ""


def _capitalise(word: str) -> str:
    return word[0].upper() + word[1:]
