"""Sampling weights that balance keywords, corpora and speakers.

Every keyword is equally likely; given the keyword, so is every corpus with `ENOUGH_CLIPS` of it;
given both, a speaker's probability is proportional to the square root of the number of clips.
"""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from training.data.corpus import Corpus

# Clips of a keyword; a corpus with fewer is sampled in proportion, to bound their repetition.
ENOUGH_CLIPS = 50


def sampling_weights(corpora: Sequence[Corpus]) -> NDArray[np.float64]:
    """Sampling probability of each utterance, corpus after corpus.

    Parameters
    ----------
    corpora : sequence of Corpus
        Corpora whose transcripts are one keyword each.

    Returns
    -------
    NDArray[float64], shape (utterances of all corpora,)
        Probabilities, which sum to 1.
    """
    keywords: list[Hashable] = []
    sources: list[Hashable] = []
    speakers: list[Hashable] = []
    for number, corpus in enumerate(corpora):
        for utterance in corpus.utterances:
            keywords.append(utterance.text)
            sources.append((utterance.text, number))
            speakers.append((utterance.text, number, utterance.speaker))
    speaker_clips = _group_sums(speakers, np.ones(len(keywords)))
    within_corpus = _normalise(1 / np.sqrt(speaker_clips), sources)
    corpus_weight = np.minimum(_group_sums(sources, np.ones(len(keywords))) / ENOUGH_CLIPS, 1.0)
    return _normalise(within_corpus * corpus_weight, keywords) / len(set(keywords))


def _normalise(weights: NDArray[np.float64], groups: Sequence[Hashable]) -> NDArray[np.float64]:
    return weights / _group_sums(groups, weights)


def _group_sums(groups: Sequence[Hashable], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each item the sum of `weights` (items,) over its group; shape (items,)."""
    totals: Counter[Hashable] = Counter()
    for group, weight in zip(groups, weights.tolist(), strict=True):
        totals[group] += weight
    return np.array([totals[group] for group in groups])
