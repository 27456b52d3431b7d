import itertools
import math

import numpy as np
import pytest

from asr.decoding.ngram_model import FIRST_WORD
from tests.support import ngram_toy
from training.language_model.arpa import write_arpa


def read_arpa(path):
    """An independent reader: {n-gram: (log10 probability, log10 backoff)}, and the counts."""
    counts, grams = {}, {}
    for line in path.read_text().splitlines():
        if line.startswith("ngram "):
            order, count = line.removeprefix("ngram ").split("=")
            counts[int(order)] = int(count)
        elif "\t" in line:
            log_prob, words, *backoff = line.split("\t")
            grams[tuple(words.split())] = float(log_prob), float(backoff[0]) if backoff else 0.0
    return grams, counts


def katz(grams, words):
    """Log10 probability of the last word after the others, by the definition of backing off."""
    if words in grams:
        return grams[words][0]
    return grams.get(words[:-1], (0.0, 0.0))[1] + katz(grams, words[1:])


@pytest.fixture
def written(tmp_path):
    write_arpa(ngram_toy.model(), tmp_path / "toy.arpa")
    return tmp_path / "toy.arpa"


def test_the_header_counts_the_ngrams_of_each_order(written):
    grams, counts = read_arpa(written)
    lengths = [len(gram) for gram in grams]
    assert counts == {order: lengths.count(order) for order in (1, 2, 3)}
    lines = written.read_text().splitlines()
    assert [line for line in lines if line.startswith("\\")] == [
        "\\data\\", "\\1-grams:", "\\2-grams:", "\\3-grams:", "\\end\\",
    ]  # fmt: skip


def test_sentences_have_the_log_probability_of_the_model(written):
    model, (grams, _) = ngram_toy.model(), read_arpa(written)
    vocabulary = model.lexicon.words()
    for words in itertools.product(vocabulary, repeat=3):
        context, total = model.start(), 0.0
        for word in words:
            number = vocabulary.index(word) + FIRST_WORD
            log_prob, context = model.score(context, np.array([number]))
            total += float(log_prob[0])
        sentence = ("<s>", *words)
        expected = math.fsum(katz(grams, sentence[max(end - 3, 0) : end]) for end in (2, 3, 4))
        assert total == pytest.approx(expected * math.log(10), abs=1e-4)


def test_probabilities_after_any_context_sum_to_one(written):
    grams, _ = read_arpa(written)
    words = [gram[0] for gram in grams if len(gram) == 1 and gram != ("<s>",)]
    for context in [(), ("<s>",), ("a",), ("<s>", "a"), ("bad", "a")]:
        total = math.fsum(10 ** katz(grams, (*context, word)) for word in words)
        assert total == pytest.approx(1.0, abs=1e-3)
