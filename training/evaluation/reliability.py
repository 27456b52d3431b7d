"""How far confidences can be believed: their bins, the calibration error, and the picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

BINS = 10

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """Words of like confidence: how many, their mean confidence, and the share that is right."""

    words: int
    confidence: float
    accuracy: float


def bins(confidences: Floats, right: Floats) -> list[Bin]:
    """Ten bins of equal width, the empty ones left out; both arrays have shape (words,)."""
    which = np.minimum((confidences * BINS).astype(int), BINS - 1)
    return [
        Bin(
            int((which == b).sum()),
            round(float(confidences[which == b].mean()), 4),
            round(float(right[which == b].mean()), 4),
        )
        for b in range(BINS)
        if (which == b).any()
    ]


def expected_calibration_error(curve: Sequence[Bin]) -> float:
    """Mean gap between confidence and accuracy, weighted by words (Naeini et al. 2015)."""
    total = sum(b.words for b in curve)
    return sum(b.words * abs(b.confidence - b.accuracy) for b in curve) / max(total, 1)


def draw(curves: Mapping[str, Sequence[Bin]], out: Path) -> None:
    """Draw accuracy over confidence, one line a set, as SVG."""
    figure = Figure(figsize=(3.6, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey", linewidth=1)
    for name, curve in curves.items():
        axes.plot([b.confidence for b in curve], [b.accuracy for b in curve], "o-", label=name)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share of words that are right")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.legend(frameon=False)
    axes.grid(alpha=0.3)
    with matplotlib.rc_context({"svg.hashsalt": "reliability"}):  # the same picture, byte for byte
        figure.savefig(out, metadata={"Date": None})
