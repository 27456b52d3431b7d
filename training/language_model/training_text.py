"""Training text of language models: normalisation, overlap with test sets, vocabulary, word ids."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from asr.decoding.ngram_model import END, FIRST_WORD, START, UNKNOWN
from training.data import text
from training.data.manifest import read_rows
from training.data.sentences import read_lines

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
