"""How sure an error rate is: a bootstrap over utterances (Bisani and Ney 2004)."""

from collections.abc import Sequence

import numpy as np

RESAMPLES = 2000
COVERAGE_PERCENT = 95


def interval(errors: Sequence[int], units: Sequence[int], seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of `sum(errors) / sum(units)` when the utterances are drawn anew.

    Parameters
    ----------
    errors, units : sequence of int, shape (utterances,)
        Edits of each utterance, and the words of its reference; of these there is one at least.

    Returns
    -------
    tuple of float
        Lower and upper bound, by percentile.
    """
    drawn = np.random.default_rng(seed).integers(0, len(errors), (RESAMPLES, len(errors)))
    rates = np.asarray(errors)[drawn].sum(axis=1) / np.maximum(
        np.asarray(units)[drawn].sum(axis=1), 1
    )
    tail = (100 - COVERAGE_PERCENT) / 2
    low, high = np.percentile(rates, [tail, 100 - tail])
    return float(low), float(high)
