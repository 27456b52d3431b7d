import numpy as np
import pytest

from asr.decoding import ngram_model
from training.language_model.build import build_language_model
from training.language_model.perplexity import perplexity, perplexity_report
from training.language_model.training_text import encode, vocabulary


def test_batched_perplexity_equals_that_of_words_scored_one_by_one():
    texts = ["a cab", "a bad cab", "a cab a bad cab", "bad"]
    model, words = ngram_model.load(build_language_model(texts)), vocabulary(texts)
    total, count = 0.0, 0
    for sentence in encode(texts, words):
        context = model.start()
        for word in sentence[1:]:
            log_prob, context = model.score(context, np.array([word]))
            total, count = total + float(log_prob[0]), count + 1
    expected = float(np.exp(-total / count))
    assert perplexity(model, encode(texts, words)) == pytest.approx(expected, rel=1e-6)


def test_the_report_has_the_rate_of_out_of_vocabulary_words():
    model = ngram_model.load(build_language_model(["a cab", "a bad cab", "a cab a bad cab"]))
    report = perplexity_report(model, ["a cab", "a dab"])
    assert (report["sentences"], report["words"], report["unknown"]) == (2, 4, 0.25)
    assert report["perplexity"] > 1
