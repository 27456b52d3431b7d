"""Build an n-gram language model: `python -m training language-model TEXT... --out FILE`.

Texts have one sentence per line; `--transcripts` adds the transcripts of speech corpora (their
`manifest.tsv`), and `--exclude-overlap` removes sentences that also occur in the test sets given.
One sentence in 25 is held out; its perplexity is printed, as JSON, with the sizes.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr.decoding import ngram_model
from asr.decoding.ngram_model import FIRST_WORD
from training.cli import command, command_parser
from training.data import text
from training.data.manifest import read_data_sets
from training.data.provenance import text_sources
from training.data.sentences import is_held_out
from training.errors import InputError
from training.language_model import kneser_ney, ngram_file
from training.language_model.perplexity import perplexity_report, text_size
from training.language_model.training_text import encode, exclude_overlap, read_texts, vocabulary

LETTERS = "".join(sorted(set(text.CHARACTERS) - {text.ALPHABET.word_boundary}))
MIN_COUNTS = (1, 1, 2)  # of unigrams, bigrams, trigrams: rarer n-grams are pruned


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
        "learned_from": text_size(sentences),
        "sources": list(sources),
        "without": list(excluded),
    }
    if held_out:
        quantised = ngram_model.load(ngram_file.pack(words, LETTERS, orders, spelling, {}))
        about["held_out"] = perplexity_report(quantised, held_out)
    return ngram_file.pack(words, LETTERS, orders, spelling, about)


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
