"""The confusion matrix of a classifier of whole clips, as a picture."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.evaluation.inference import Result

INCHES_PER_WORD = 0.3
NOTHING = "(nothing)"  # in silence, and where a clip is too short


def count(results: Sequence[Result]) -> tuple[list[str], NDArray[np.int64]]:
    """Words, sorted, and how many clips of each (rows) were heard as each; shape (words, words)."""
    pairs = Counter((result.utterance.text, result.text or NOTHING) for result in results)
    words = sorted({word for pair in pairs for word in pair})
    counts = [[pairs[spoken, heard] for heard in words] for spoken in words]
    return words, np.array(counts, dtype=np.int64)


def draw(results: Sequence[Result], file: Path) -> None:
    """Draw as SVG: shares of each word's clips, and where there are any, their number."""
    words, counts = count(results)
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
    axes.set_xlabel("heard")
    axes.set_ylabel("said")
    figure.savefig(file, metadata={"Date": None})
