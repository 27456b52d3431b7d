"""Perplexity of an n-gram model on held-out text, and its out-of-vocabulary rate."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from asr.decoding.ngram_model import END, UNKNOWN, NgramModel
from training.language_model.training_text import encode


def text_size(sentences: Sequence[str]) -> dict[str, int]:
    """Count sentences and words, for JSON."""
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
    size = text_size(sentences)
    unknown = sum(sentence.count(UNKNOWN) for sentence in encoded)
    return size | {
        "perplexity": round(perplexity(model, encoded), 1),
        "unknown": round(unknown / size["words"], 4),
    }
