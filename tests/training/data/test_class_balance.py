from pathlib import Path

import numpy as np
import pytest

from training.data import class_balance
from training.data.corpus import Corpus
from training.data.manifest import Utterance


def corpus(*clips: tuple[str, str, int]) -> Corpus:
    """Of (word, speaker, how many)."""
    utterances = [
        Utterance(Path("clip"), 1.0, speaker, "fsdd", word)
        for word, speaker, count in clips
        for _ in range(count)
    ]
    return Corpus(utterances, np.empty(0, np.int16), np.arange(len(utterances) + 1))


def total(corpora: list[Corpus], chosen) -> float:
    every = [(u, folder) for folder, c in enumerate(corpora) for u in c.utterances]
    drawn = class_balance.shares(corpora)
    assert drawn.sum() == pytest.approx(1.0)
    pairs = zip(drawn.tolist(), every, strict=True)
    return float(sum(share for share, (u, folder) in pairs if chosen(u, folder)))


def test_each_word_comes_as_often_as_another_however_many_clips_it_has():
    corpora = [corpus(("bed", "anna", 600), ("six", "bert", 100)), corpus(("six", "carl", 20))]
    assert total(corpora, lambda u, _: u.text == "six") == pytest.approx(0.5)


def test_each_folder_says_as_much_of_a_word_if_it_has_enough_of_it():
    corpora = [corpus(("six", "anna", 400)), corpus(("six", "bert", 100), ("bed", "carl", 900))]
    assert total(corpora, lambda u, f: u.text == "six" and f == 0) == pytest.approx(0.25)
    corpora[1] = corpus(("six", "bert", class_balance.ENOUGH // 2))
    assert total(corpora, lambda _, folder: folder == 1) == pytest.approx(1 / 3)


def test_a_speaker_with_four_times_the_clips_comes_twice_as_often():
    corpora = [corpus(("six", "anna", 40), ("six", "bert", 10))]
    assert total(corpora, lambda u, _: u.speaker == "anna") == pytest.approx(2 / 3)
