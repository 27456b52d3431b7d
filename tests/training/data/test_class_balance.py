from pathlib import Path

import numpy as np
import pytest

from training.data import class_balance
from training.data.corpus import Corpus
from training.data.manifest import Utterance


def corpus(*clips: tuple[str, str, int]) -> Corpus:
    """A corpus of (keyword, speaker, number of clips)."""
    utterances = [
        Utterance(Path("clip"), 1.0, speaker, "fsdd", keyword)
        for keyword, speaker, count in clips
        for _ in range(count)
    ]
    return Corpus(utterances, np.empty(0, np.int16), np.arange(len(utterances) + 1))


def probability(corpora: list[Corpus], chosen) -> float:
    """Total probability of the utterances for which chosen(utterance, corpus index) holds."""
    utterances = [(u, number) for number, c in enumerate(corpora) for u in c.utterances]
    weights = class_balance.sampling_weights(corpora)
    assert weights.sum() == pytest.approx(1.0)
    pairs = zip(weights.tolist(), utterances, strict=True)
    return float(sum(weight for weight, (u, number) in pairs if chosen(u, number)))


def test_keywords_are_equally_likely_for_any_number_of_clips():
    corpora = [corpus(("bed", "anna", 600), ("six", "bert", 100)), corpus(("six", "carl", 20))]
    assert probability(corpora, lambda u, _: u.text == "six") == pytest.approx(0.5)


def test_corpora_with_enough_clips_of_a_keyword_are_equally_likely():
    corpora = [corpus(("six", "anna", 400)), corpus(("six", "bert", 100), ("bed", "carl", 900))]
    assert probability(corpora, lambda u, c: u.text == "six" and c == 0) == pytest.approx(0.25)
    corpora[1] = corpus(("six", "bert", class_balance.ENOUGH_CLIPS // 2))
    assert probability(corpora, lambda _, number: number == 1) == pytest.approx(1 / 3)


def test_a_speaker_with_four_times_the_clips_is_twice_as_likely():
    corpora = [corpus(("six", "anna", 40), ("six", "bert", 10))]
    assert probability(corpora, lambda u, _: u.speaker == "anna") == pytest.approx(2 / 3)
