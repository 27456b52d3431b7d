from itertools import product

import numpy as np
import pytest

from asr.decoding import ngram_model
from asr.decoding.ngram_model import FIRST_WORD, NgramTable
from training.language_model import ngram_file

LETTERS = "abcdefgh"
WORDS = ["".join(letters) for length in (1, 2, 3) for letters in product(LETTERS, repeat=length)]


def packed(words: int, values: int) -> tuple[bytes, NgramTable]:
    """The file of a unigram model whose probabilities have `values` levels, and its table."""
    ids = FIRST_WORD + words
    levels = -np.random.default_rng(0).exponential(3, values).astype(np.float32)
    log_prob = np.sort(np.resize(levels, ids))[::-1].copy()
    order = NgramTable(np.arange(ids), log_prob, np.empty(0, np.float32))
    spelling = np.zeros((len(LETTERS) + 1,) * 2, np.float32)
    return ngram_file.pack(WORDS[:words], LETTERS, [order], spelling, {"words": words}), order


def test_up_to_256_distinct_probabilities_are_stored_exactly():
    content, order = packed(words=300, values=256)
    assert np.array_equal(ngram_model.load(content).orders[0].log_prob, order.log_prob)


def test_more_than_256_probabilities_are_quantised_to_the_means_of_their_bins():
    content, order = packed(words=len(WORDS), values=FIRST_WORD + len(WORDS))
    read = ngram_model.load(content).orders[0].log_prob
    assert len(np.unique(read)) <= ngram_file.BINS
    assert np.all(np.diff(read) <= 0)  # the order is preserved
    assert read.mean() == pytest.approx(order.log_prob.mean(), abs=1e-4)
    assert np.median(np.abs(read - order.log_prob)) < 0.02


def test_the_vocabulary_and_the_metadata_are_read_back():
    content, _ = packed(words=300, values=10)
    assert ngram_model.load(content).lexicon.words() == WORDS[:300]
    assert ngram_file.about(content) == {"words": 300}
