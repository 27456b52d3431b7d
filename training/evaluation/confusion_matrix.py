"""Confusion matrix of a keyword classifier, and its plot."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.evaluation.inference import Result

INCHES_PER_WORD = 0.3
NO_WORD = "(none)"  # prediction for silence, and for a clip that is too short


def confusion_matrix(results: Sequence[Result]) -> tuple[list[str], NDArray[np.int64]]:
    """Count clips by spoken and predicted word.

    Returns
    -------
    list of str, ndarray of int64, shape (words, words)
        The words, sorted, and the counts: rows are spoken words, columns predicted ones.
    """
    pairs = Counter((result.utterance.text, result.text or NO_WORD) for result in results)
    words = sorted({word for pair in pairs for word in pair})
    counts = [[pairs[spoken, predicted] for predicted in words] for spoken in words]
    return words, np.array(counts, dtype=np.int64)


def plot_confusion_matrix(results: Sequence[Result], file: Path) -> None:
    """Plot the confusion matrix as SVG: cells shaded by share of their row, labelled by count."""
    words, counts = confusion_matrix(results)
    size = 1.5 + INCHES_PER_WORD * len(words)
    figure = Figure(figsize=(size, size), layout="constrained")
    axes = figure.subplots()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.argwhere(counts).tolist():
        shade = "white" if shares[row, column] > 0.5 else "black"
        number = str(counts[row, column])
        axes.text(column, row, number, ha="center", va="center", fontsize=7, color=shade)
    axes.set_xticks(range(len(words)), words, rotation=90, fontsize=8)
    axes.set_yticks(range(len(words)), words, fontsize=8)
    axes.set_xlabel("predicted word")
    axes.set_ylabel("spoken word")
    with matplotlib.rc_context({"svg.hashsalt": "confusion matrix"}):  # reproducible byte for byte
        figure.savefig(file, metadata={"Date": None})
