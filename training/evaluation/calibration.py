"""Calibration of word confidences: Platt scaling, calibration error, reliability diagram.

Each word of a hypothesis is correct if the alignment with the reference matches it, or, for a
keyword classifier, if it is the clip's word. Platt scaling (Platt 1999) scales and shifts the
log-odds of the model's probability of the word (for CTC, the mean over its characters), so that the
confidence becomes the probability of being correct.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch.nn import functional as F

from asr.manifest import Confidence
from training.evaluation.inference import Result
from training.evaluation.metrics import word_hits
from training.evaluation.optimisation import minimise

BINS = 10
RESOLUTION = 1e-3  # a transcript gives confidences to three decimals: 1.0 means 0.9995 or more

Floats = NDArray[np.float64]


def confidence_pairs(results: Sequence[Result], kind: str = "ctc") -> tuple[Floats, Floats]:
    """Confidence and correctness of each word of the hypotheses.

    Returns
    -------
    tuple of ndarray of float64, shape (words,)
        Confidences, and 1 for each correct word, else 0.
    """
    confidences: list[float] = []
    correct: list[float] = []
    for result in results:
        if result.transcript is None or not result.transcript.words:
            continue
        confidences += [word.confidence for word in result.transcript.words]
        correct += IS_CORRECT[kind](result)
    return np.array(confidences), np.array(correct)


def _words_correct(result: Result) -> list[float]:
    """Whether each word of the transcript is; a compound, if all of its parts are."""
    hits = {position for _, position in word_hits(result.utterance.text, result.text)}
    correct: list[float] = []
    first = 0
    for words in result.plain_words:
        places = range(first, first + len(words))
        correct.append(float(bool(words) and hits.issuperset(places)))
        first = places.stop
    return correct


def _keyword_correct(result: Result) -> list[float]:
    return [float(result.utterance.text == result.text)]


IS_CORRECT: dict[str, Callable[[Result], list[float]]] = {
    "ctc": _words_correct,
    "keyword": _keyword_correct,
}


def fit_platt_scaling(confidences: Floats, correct: Floats) -> Confidence:
    """Fit scale and bias of the log-odds by maximum likelihood, with Platt's smoothed targets.

    Parameters
    ----------
    confidences, correct : ndarray of float64, shape (words,)
        As `confidence_pairs` gives them; without any words the identity is fitted.
    """
    positive, negative = correct.sum(), (1 - correct).sum()
    target = np.where(correct > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))
    clipped = torch.from_numpy(np.clip(confidences, RESOLUTION / 2, 1 - RESOLUTION / 2))
    log_odds, targets = clipped.logit(), torch.from_numpy(target)
    scale = torch.ones((), dtype=torch.float64, requires_grad=True)
    bias = torch.zeros((), dtype=torch.float64, requires_grad=True)
    minimise(
        lambda: F.binary_cross_entropy_with_logits(
            scale * log_odds + bias, targets, reduction="sum"
        ),
        [scale, bias],
    )
    return Confidence(scale=round(scale.item(), 4), bias=round(bias.item(), 4))


@dataclass(frozen=True)
class Bin:
    """Words of similar confidence: their number, mean confidence, and share that is correct."""

    words: int
    confidence: float
    accuracy: float


def reliability_bins(confidences: Floats, correct: Floats) -> list[Bin]:
    """Reliability of confidences in ten bins of equal width, without the empty ones.

    Parameters
    ----------
    confidences, correct : ndarray of float64, shape (words,)
        As `confidence_pairs` gives them.
    """
    indices = np.minimum((confidences * BINS).astype(int), BINS - 1)
    return [
        Bin(
            int((indices == b).sum()),
            round(float(confidences[indices == b].mean()), 4),
            round(float(correct[indices == b].mean()), 4),
        )
        for b in range(BINS)
        if (indices == b).any()
    ]


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Mean gap between confidence and accuracy, weighted by words (Naeini et al. 2015)."""
    total = sum(b.words for b in bins)
    return sum(b.words * abs(b.confidence - b.accuracy) for b in bins) / max(total, 1)


def plot_reliability_diagram(bins_by_set: Mapping[str, Sequence[Bin]], file: Path) -> None:
    """Plot accuracy over confidence as SVG, one line for each data set."""
    figure = Figure(figsize=(3.6, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey", linewidth=1)
    for name, bins in bins_by_set.items():
        axes.plot([b.confidence for b in bins], [b.accuracy for b in bins], "o-", label=name)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share of words that are correct")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.legend(frameon=False)
    axes.grid(alpha=0.3)
    with matplotlib.rc_context({"svg.hashsalt": "reliability"}):  # reproducible byte for byte
        figure.savefig(file, metadata={"Date": None})
