"""Make a language model of open text: `python -m training language-model TEXT... --out FILE`.

Texts have one sentence a line; `--transcripts` adds what is said in corpora that a model is trained
on (their `manifest.tsv`), and `--without` leaves out what is said in those that it is measured on.
One sentence in 25 is held out, and the perplexity of these printed, as JSON, with the sizes.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr.decoding import ngram_model
from asr.decoding.ngram_model import (
    END,
    FIRST_WORD,
    START,
    UNKNOWN,
    NgramModel,
)
from training.cli import command, command_parser
from training.data import text
from training.data.manifest import read_rows, read_sets
from training.data.provenance import of_texts
from training.data.sentences import is_held_out, read_lines
from training.errors import InputError
from training.language_model import kneser_ney, ngram_file

LETTERS = "".join(sorted(set(text.CHARACTERS) - {text.ALPHABET.word_boundary}))
LEAST = (1, 1, 2)  # by length, what an n-gram must count to be kept
LEAST_WORD = 2  # times that a word must occur to be in the vocabulary
RUN = 6  # words in a row that tell where a sentence was taken from
MAX_WORDS = 2**16 - FIRST_WORD  # ids are stored in 16 bits


def read_texts(files: Iterable[Path], transcripts: Iterable[Path] = ()) -> list[str]:
    """The sentences of files of text, and those of corpora, normalised.

    What is written with digits is left out: they are read in more ways than one.

    Raises
    ------
    InputError
        If a file is not text, or a manifest is none.
    OSError
        If there is no such file.
    """
    said = (row["text"] for manifest in transcripts for row in read_rows(manifest))
    written = chain(read_lines(files), said)
    spoken = (text.normalise(line) for line in written if not any(map(str.isdigit, line)))
    return [sentence for sentence in spoken if sentence]


def unlike(sentences: Iterable[str], others: Iterable[str]) -> list[str]:
    """The sentences that are none of `others`, and share no run of six words with one."""
    said = {run for other in others for run in _runs(other)}
    return [sentence for sentence in sentences if said.isdisjoint(_runs(sentence))]


def _runs(sentence: str) -> set[tuple[str, ...]]:
    """All runs of `RUN` words, and the sentence itself."""
    words = tuple(sentence.split())
    return {words, *(words[start : start + RUN] for start in range(len(words) - RUN + 1))}


def vocabulary(sentences: Iterable[str], least: int = LEAST_WORD) -> list[str]:
    """The words that occur often enough, in the order of their ids."""
    counts = Counter(word for sentence in sentences for word in sentence.split())
    frequent = [word for word, count in counts.most_common(MAX_WORDS) if count >= least]
    return sorted(frequent, key=lambda word: (len(word), word))


def encode(sentences: Iterable[str], words: Sequence[str]) -> list[list[int]]:
    """The ids of each sentence, from `START` to `END`."""
    ids = {word: number for number, word in enumerate(words, FIRST_WORD)}
    return [
        [START, *(ids.get(word, UNKNOWN) for word in sentence.split()), END]
        for sentence in sentences
    ]


def spelling(words: Iterable[str], letters: str = LETTERS) -> NDArray[np.float32]:
    """Log-probability of each letter after each, in `words`: see `asr.decoding.ngram_model.Lexicon`."""
    edge = len(letters)
    counts = np.ones((edge + 1, edge + 1))
    for word in words:
        indices = [edge, *map(letters.index, word), edge]
        np.add.at(counts, (indices[:-1], indices[1:]), 1)
    return np.log(counts / counts.sum(axis=1, keepdims=True)).astype(np.float32)


def build(
    sentences: Sequence[str],
    apart: Sequence[str] = (),
    sources: Sequence[Mapping[str, str]] = (),
    without: Sequence[str] = (),
    least: Sequence[int] = LEAST,
) -> bytes:
    """The file of a model of `sentences`, which tells how well it foretells those set `apart`.

    It tells of its `sources`, too, and names the sets `without` whose sentences it was made.

    Raises
    ------
    InputError
        If there are no sentences.
    """
    if not sentences:
        raise InputError("there are no sentences to learn from")
    words = vocabulary(sentences)
    rare = {word for sentence in sentences for word in sentence.split()} - set(words)
    orders = kneser_ney.estimate(encode(sentences, words), FIRST_WORD + len(words), least)
    about: dict[str, Any] = {
        "words": len(words),
        "ngrams": [len(order.keys) for order in orders],
        "learned_from": _size(sentences),
        "sources": list(sources),
        "without": list(without),
    }
    if apart:
        model = ngram_model.load(
            ngram_file.pack(words, LETTERS, orders, spelling(sorted(rare)), {})
        )
        about["held_out"] = foretell(model, apart)
    return ngram_file.pack(words, LETTERS, orders, spelling(sorted(rare)), about)


def _size(sentences: Sequence[str]) -> dict[str, int]:
    words = sum(len(sentence.split()) for sentence in sentences)
    return {"sentences": len(sentences), "words": words}


def perplexity(model: NgramModel, sentences: Sequence[Sequence[int]]) -> float:
    """Of ids, each sentence from `START` to `END`, which counts; `UNKNOWN` is a word as others."""
    lengths = np.array([len(sentence) for sentence in sentences])
    padded = np.full((len(sentences), lengths.max()), END)
    for row, sentence in zip(padded, sentences, strict=True):
        row[: len(sentence)] = sentence
    context = np.repeat(model.start(), len(sentences), axis=0)
    total = 0.0
    for place in range(1, padded.shape[1]):
        log_prob, context = model.score(context, padded[:, place])
        total += float(log_prob[place < lengths].sum(dtype=np.float64))
    return float(np.exp(-total / (lengths - 1).sum()))


def foretell(model: NgramModel, sentences: Sequence[str]) -> dict[str, Any]:
    """How well a model foretells `sentences`, and which share of words it lacks, for JSON."""
    encoded = encode(sentences, model.lexicon.words())
    size = _size(sentences)
    unknown = sum(sentence.count(UNKNOWN) for sentence in encoded)
    return size | {
        "perplexity": round(perplexity(model, encoded), 1),
        "unknown": round(unknown / size["words"], 4),
    }


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, write the file, print what it is like."""
    parser = command_parser("language-model", __doc__)
    parser.add_argument("texts", type=Path, nargs="+", metavar="TEXT")
    parser.add_argument("--transcripts", type=Path, nargs="*", default=[], metavar="MANIFEST")
    parser.add_argument("--without", type=Path, nargs="*", default=[], metavar="MANIFEST")
    parser.add_argument("--least", type=int, nargs="+", default=LEAST, help="counts, by length")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(arguments)
    measured = read_sets(options.without)
    sentences = unlike(
        read_texts(options.texts, options.transcripts),
        (each.text for utterances in measured.values() for each in utterances),
    )
    content = build(
        [each for each in sentences if not is_held_out(each)],
        [each for each in sentences if is_held_out(each)],
        of_texts(options.texts, options.transcripts),
        list(measured),
        options.least,
    )
    options.out.write_bytes(content)
    described = {"bytes": len(content)} | ngram_file.about(content)
    print(json.dumps(described, indent=1, ensure_ascii=False))
