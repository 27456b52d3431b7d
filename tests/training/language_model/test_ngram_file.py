from itertools import product

import numpy as np
import pytest

from asr.decoding import ngram_model
from asr.decoding.ngram_model import FIRST_WORD, NgramTable
from training.language_model import ngram_file

LETTERS = "abcdefgh"
WORDS = ["".join(letters) for length in (1, 2, 3) for letters in product(LETTERS, repeat=length)]


def packed(words: int, values: int) -> tuple[bytes, NgramTable]:
    """A model of single words whose probabilities have so many values, and what went into it."""
    ids = FIRST_WORD + words
    levels = -np.random.default_rng(0).exponential(3, values).astype(np.float32)
    log_prob = np.sort(np.resize(levels, ids))[::-1].copy()
    order = NgramTable(np.arange(ids), log_prob, np.empty(0, np.float32))
    spelling = np.zeros((len(LETTERS) + 1,) * 2, np.float32)
    return ngram_file.pack(WORDS[:words], LETTERS, [order], spelling, {"words": words}), order


def test_up_to_256_probabilities_are_kept_as_they_are():
    content, order = packed(words=300, values=256)
    assert np.array_equal(ngram_model.load(content).orders[0].log_prob, order.log_prob)


def test_of_more_each_becomes_the_mean_of_its_neighbours():
    content, order = packed(words=len(WORDS), values=FIRST_WORD + len(WORDS))
    read = ngram_model.load(content).orders[0].log_prob
    assert len(np.unique(read)) <= ngram_file.BINS
    assert np.all(np.diff(read) <= 0)  # no two change places
    assert read.mean() == pytest.approx(order.log_prob.mean(), abs=1e-4)
    assert np.median(np.abs(read - order.log_prob)) < 0.02


def test_the_words_come_back_and_what_is_told_of_them():
    content, _ = packed(words=300, values=10)
    assert ngram_model.load(content).lexicon.words() == WORDS[:300]
    assert ngram_file.about(content) == {"words": 300}
