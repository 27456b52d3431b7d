"""Make a word's confidence the probability that it is right: Platt scaling, fitted on dev.

Each hypothesised word is a trial: right if the alignment with the reference matches it, or, of a
classifier of whole clips, if it is the clip's. The log-odds of the probability that the model gives
it (for CTC, the mean of its characters) are scaled and shifted to fit (Platt 1999).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from asr.manifest import Confidence
from training.evaluation.inference import Result
from training.evaluation.metrics import matches

NEWTON_STEPS = 50
RESOLUTION = 1e-3  # a transcript gives confidences to three decimals: 1.0 means 0.9995 or more

Floats = NDArray[np.float64]


def trials(results: Sequence[Result], kind: str = "ctc") -> tuple[Floats, Floats]:
    """Confidence of every word heard, and 1 where it is right, else 0; both shape (words,)."""
    confidences: list[float] = []
    right: list[float] = []
    for result in results:
        if result.transcript is None or not result.text:
            continue
        confidences += [word.confidence for word in result.transcript.words]
        right += _RIGHT[kind](result.utterance.text, result.text)
    return np.array(confidences), np.array(right)


def _matches(reference: str, hypothesis: str) -> list[float]:
    heard = {position for _, position in matches(reference, hypothesis)}
    return [float(position in heard) for position in range(len(hypothesis.split()))]


def _equals(reference: str, hypothesis: str) -> list[float]:
    return [float(reference == hypothesis)]


_RIGHT: dict[str, Callable[[str, str], list[float]]] = {"ctc": _matches, "keyword": _equals}


def fit(confidences: Floats, right: Floats) -> Confidence:
    """Fit scale and bias by Newton's method on the log-loss, with Platt's smoothed targets.

    A step that would raise the loss is halved (Lin, Lin and Weng 2007): from the odds of an
    overconfident model, full steps diverge.
    """
    positive, negative = right.sum(), (1 - right).sum()
    target = np.where(right > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))
    clipped = np.clip(confidences, RESOLUTION / 2, 1 - RESOLUTION / 2)
    design = np.stack([np.log(clipped / (1 - clipped)), np.ones_like(clipped)], axis=1)
    weights = np.array([1.0, 0.0])
    for _ in range(NEWTON_STEPS):
        estimate = 1 / (1 + np.exp(-design @ weights))
        curvature = design.T @ (design * (estimate * (1 - estimate))[:, None])
        step = np.linalg.solve(curvature + 1e-6 * np.eye(2), design.T @ (estimate - target))
        while _log_loss(design @ (weights - step), target) > _log_loss(design @ weights, target):
            step = step / 2
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    return Confidence(scale=round(float(weights[0]), 4), bias=round(float(weights[1]), 4))


def _log_loss(odds: Floats, target: Floats) -> float:
    return float((np.logaddexp(0, odds) - target * odds).sum())
