"""Weights of corpora in training: how often the clips of each come in an epoch."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.data.corpus import Corpus
from training.errors import InputError


def repetitions(
    corpora: Sequence[Corpus], weights: Mapping[str, float]
) -> NDArray[np.float64] | None:
    """Mean number of times that each utterance comes in an epoch.

    Parameters
    ----------
    weights : mapping
        Weight by name of the corpus, as manifests have it; 1 for those that it lacks.

    Returns
    -------
    NDArray[float64], shape (utterances of all corpora,), or None
        None if there are no weights.

    Raises
    ------
    InputError
        If a weight is not positive, or no utterance is of its corpus.
    """
    if not weights:
        return None
    names = [each.corpus for corpus in corpora for each in corpus.utterances]
    for name, weight in weights.items():
        if weight <= 0:
            raise InputError(f"corpus_weights: {name} has {weight}; expected more than 0")
        if name not in names:
            known = ", ".join(sorted(set(names)))
            raise InputError(f"corpus_weights: no clip is of {name!r}; the corpora are {known}")
    return np.array([weights.get(name, 1.0) for name in names])
