"""Build an n-gram language model: `python -m training language-model TEXT... --out FILE`.

Texts have one sentence a line; `--transcripts` adds the transcripts of speech corpora (their
`manifest.tsv`), and `--exclude-overlap` removes sentences that also occur in the test sets given.
One sentence in 25 is held out; its perplexity is printed, as JSON, with the sizes.
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
from training.data.manifest import read_data_sets, read_rows
from training.data.provenance import text_sources
from training.data.sentences import is_held_out, read_lines
from training.errors import InputError
from training.language_model import kneser_ney, ngram_file

LETTERS = "".join(sorted(set(text.CHARACTERS) - {text.ALPHABET.word_boundary}))
MIN_COUNTS = (1, 1, 2)  # of unigrams, bigrams, trigrams: rarer n-grams are pruned
MIN_WORD_COUNT = 2  # rarer words are out of vocabulary
OVERLAP_WORDS = 6  # consecutive words by which two sentences count as overlapping
MAX_WORDS = 2**16 - FIRST_WORD  # ids are stored in 16 bits


def read_texts(files: Iterable[Path], transcripts: Iterable[Path] = ()) -> list[str]:
    """Read and normalise the sentences of text files and of the manifests of speech corpora.

    Sentences with digits are left out: a number can be read aloud in several ways.

    Raises
    ------
    InputError
        If a file is not UTF-8 text, or a manifest is not valid.
    OSError
        If a file is missing.
    """
    transcribed = (row["text"] for manifest in transcripts for row in read_rows(manifest))
    written = chain(read_lines(files), transcribed)
    normalised = (text.normalise(line) for line in written if not any(map(str.isdigit, line)))
    return [sentence for sentence in normalised if sentence]


def exclude_overlap(sentences: Iterable[str], test: Iterable[str]) -> list[str]:
    """Return the sentences that are not in `test` and share no six words in a row with it."""
    test_runs = {run for sentence in test for run in _word_runs(sentence)}
    return [each for each in sentences if test_runs.isdisjoint(_word_runs(each))]


def _word_runs(sentence: str) -> set[tuple[str, ...]]:
    """All runs of `OVERLAP_WORDS` words, and the whole sentence."""
    words = tuple(sentence.split())
    starts = range(len(words) - OVERLAP_WORDS + 1)
    return {words, *(words[start : start + OVERLAP_WORDS] for start in starts)}


def vocabulary(sentences: Iterable[str], min_count: int = MIN_WORD_COUNT) -> list[str]:
    """Return the words that occur `min_count` times, by length, then alphabetically: by id."""
    counts = Counter(word for sentence in sentences for word in sentence.split())
    frequent = [word for word, count in counts.most_common(MAX_WORDS) if count >= min_count]
    return sorted(frequent, key=lambda word: (len(word), word))


def encode(sentences: Iterable[str], words: Sequence[str]) -> list[list[int]]:
    """Convert sentences to word ids, from `START` to `END`; `UNKNOWN` if not in `words`."""
    ids = {word: number for number, word in enumerate(words, FIRST_WORD)}
    return [
        [START, *(ids.get(word, UNKNOWN) for word in sentence.split()), END]
        for sentence in sentences
    ]


def letter_bigrams(words: Iterable[str], letters: str = LETTERS) -> NDArray[np.float32]:
    """Estimate the letter bigram model that scores out-of-vocabulary words, with add-one smoothing.

    Returns
    -------
    array, shape (letters + 1, letters + 1)
        Natural log-probability of the second letter (column) after the first (row); the last row is
        the beginning of a word, the last column its end.
    """
    edge = len(letters)
    counts = np.ones((edge + 1, edge + 1))
    for word in words:
        indices = [edge, *map(letters.index, word), edge]
        np.add.at(counts, (indices[:-1], indices[1:]), 1)
    return np.log(counts / counts.sum(axis=1, keepdims=True)).astype(np.float32)


def build_language_model(
    sentences: Sequence[str],
    held_out: Sequence[str] = (),
    sources: Sequence[Mapping[str, str]] = (),
    excluded: Sequence[str] = (),
    min_counts: Sequence[int] = MIN_COUNTS,
) -> bytes:
    """Build a language model with modified Kneser-Ney smoothing; returns the content of its file.

    Parameters
    ----------
    sentences : sequence of str
        Training text, normalised.
    held_out : sequence of str
        Sentences whose perplexity is measured.
    sources : sequence of mapping
        Name, licence and reference of the texts, kept in the file.
    excluded : sequence of str
        Names of the data sets whose sentences were removed, kept in the file.
    min_counts : sequence of int
        By n-gram length, the count below which n-grams are pruned; its length is the order.

    Raises
    ------
    InputError
        If there are no sentences.
    """
    if not sentences:
        raise InputError("found no sentences to estimate a language model from; check the texts")
    words = vocabulary(sentences)
    out_of_vocabulary = {word for each in sentences for word in each.split()} - set(words)
    orders = kneser_ney.estimate(encode(sentences, words), FIRST_WORD + len(words), min_counts)
    spelling = letter_bigrams(sorted(out_of_vocabulary))
    about: dict[str, Any] = {
        "words": len(words),
        "ngrams": [len(order.keys) for order in orders],
        "learned_from": _size(sentences),
        "sources": list(sources),
        "without": list(excluded),
    }
    if held_out:
        quantised = ngram_model.load(ngram_file.pack(words, LETTERS, orders, spelling, {}))
        about["held_out"] = perplexity_report(quantised, held_out)
    return ngram_file.pack(words, LETTERS, orders, spelling, about)


def _size(sentences: Sequence[str]) -> dict[str, int]:
    words = sum(len(sentence.split()) for sentence in sentences)
    return {"sentences": len(sentences), "words": words}


def perplexity(model: NgramModel, sentences: Sequence[Sequence[int]]) -> float:
    """Compute the perplexity per word of encoded sentences.

    `END` counts as a word, `UNKNOWN` as one word of the vocabulary.
    """
    lengths = np.array([len(sentence) for sentence in sentences])
    padded = np.full((len(sentences), lengths.max()), END)
    for row, sentence in zip(padded, sentences, strict=True):
        row[: len(sentence)] = sentence
    context = np.repeat(model.start(), len(sentences), axis=0)
    total = 0.0
    for position in range(1, padded.shape[1]):
        log_prob, context = model.score(context, padded[:, position])
        total += float(log_prob[position < lengths].sum(dtype=np.float64))
    return float(np.exp(-total / (lengths - 1).sum()))


def perplexity_report(model: NgramModel, sentences: Sequence[str]) -> dict[str, Any]:
    """Report the size of a text, its perplexity and its out-of-vocabulary rate, for JSON."""
    encoded = encode(sentences, model.lexicon.words())
    size = _size(sentences)
    unknown = sum(sentence.count(UNKNOWN) for sentence in encoded)
    return size | {
        "perplexity": round(perplexity(model, encoded), 1),
        "unknown": round(unknown / size["words"], 4),
    }


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, write the file, print its sizes and perplexity."""
    parser = command_parser("language-model", __doc__)
    parser.add_argument("texts", type=Path, nargs="+", metavar="TEXT", help="a sentence a line")
    parser.add_argument(
        "--transcripts",
        type=Path,
        nargs="*",
        default=[],
        metavar="MANIFEST",
        help="speech corpora whose transcripts are added",
    )
    parser.add_argument(
        "--exclude-overlap",
        type=Path,
        nargs="*",
        default=[],
        metavar="MANIFEST",
        help="test sets: sentences that occur in them are removed",
    )
    parser.add_argument(
        "--min-counts",
        type=int,
        nargs="+",
        default=MIN_COUNTS,
        metavar="COUNT",
        help="minimum counts of unigrams, bigrams ...; as many as the order of the model",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(arguments)
    test_sets = read_data_sets(options.exclude_overlap)
    sentences = exclude_overlap(
        read_texts(options.texts, options.transcripts),
        (each.text for utterances in test_sets.values() for each in utterances),
    )
    content = build_language_model(
        [each for each in sentences if not is_held_out(each)],
        [each for each in sentences if is_held_out(each)],
        text_sources(options.texts, options.transcripts),
        list(test_sets),
        options.min_counts,
    )
    options.out.write_bytes(content)
    described = {"bytes": len(content)} | ngram_file.about(content)
    print(json.dumps(described, indent=1, ensure_ascii=False))
