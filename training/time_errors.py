"""How far the times of words stray from those of an alignment, in figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class TimeErrors:
    """How far the edges of correctly heard words lie from those of the alignment, in seconds."""

    words: int
    mean: float
    median: float
    percentile_95: float


def time_errors(
    pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]],
) -> TimeErrors:
    """Summarise pairs of (start, end), both edges counted alike; there is one pair at least."""
    heard, aligned = np.array(pairs).transpose(1, 0, 2)
    distance = np.abs(heard - aligned)
    return TimeErrors(
        words=len(pairs),
        mean=round(float(distance.mean()), 3),
        median=round(float(np.median(distance)), 3),
        percentile_95=round(float(np.percentile(distance, 95)), 3),
    )
