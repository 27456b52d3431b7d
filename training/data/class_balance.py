"""How often to draw each clip of words, so that neither corpus nor speaker stands for a word.

Every word comes equally often; of a word, every folder equally often, if it has `ENOUGH` clips of
it; of these, a speaker with four times as many clips as another comes twice as often.
"""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from training.data.corpus import Corpus

ENOUGH = 50  # clips of a word; a folder with fewer is drawn in proportion, so that none wears out


def shares(corpora: Sequence[Corpus]) -> NDArray[np.float64]:
    """The share of each utterance of `corpora`, one corpus after the other; they sum to 1."""
    words: list[Hashable] = []
    folders: list[Hashable] = []
    speakers: list[Hashable] = []
    for folder, corpus in enumerate(corpora):
        for utterance in corpus.utterances:
            words.append(utterance.text)
            folders.append((utterance.text, folder))
            speakers.append((utterance.text, folder, utterance.speaker))
    clips = _sums(speakers, np.ones(len(words)))
    in_folder = _normalised(1 / np.sqrt(clips), folders)
    enough = np.minimum(_sums(folders, np.ones(len(words))) / ENOUGH, 1.0)
    return _normalised(in_folder * enough, words) / len(set(words))


def _normalised(weights: NDArray[np.float64], groups: Sequence[Hashable]) -> NDArray[np.float64]:
    return weights / _sums(groups, weights)


def _sums(groups: Sequence[Hashable], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each item the sum of `weights` over its group; shape (items,)."""
    totals: Counter[Hashable] = Counter()
    for group, weight in zip(groups, weights.tolist(), strict=True):
        totals[group] += weight
    return np.array([totals[group] for group in groups])
