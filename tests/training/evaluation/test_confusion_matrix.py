from pathlib import Path

import pytest

from asr.transcript import ModelIdentity, Timing, Transcript, Word
from training.data.manifest import Utterance
from training.evaluation.confusion_matrix import (
    NO_WORD,
    confusion_matrix,
    plot_confusion_matrix,
)
from training.evaluation.inference import Result


def result(spoken, predicted):
    words = (Word(predicted, 0.0, 1.0, 0.9),) if predicted else ()
    identity, timing = ModelIdentity("toy", "1", ""), Timing(0.0, 0.0, 0.0, cold_start=False)
    transcript = Transcript(words, 1.0, identity, timing)
    return Result(Utterance(Path("clip.wav"), 1.0, "", "sc1", spoken), transcript)


@pytest.fixture
def results():
    pairs = [("bed", "bed"), ("bed", "cat"), ("bed", "bed"), ("cat", "cat"), ("cat", "")]
    return [result(*pair) for pair in pairs]


def test_rows_are_spoken_words_and_columns_predicted_words(results):
    words, counts = confusion_matrix(results)
    assert words == [NO_WORD, "bed", "cat"]
    assert counts.tolist() == [[0, 0, 0], [0, 2, 1], [1, 0, 1]]


def test_the_plot_labels_every_word(results, tmp_path):
    plot_confusion_matrix(results, tmp_path / "confusion_matrix.svg")
    svg = (tmp_path / "confusion_matrix.svg").read_text()
    for word in ("bed", "cat", NO_WORD, "predicted word", "spoken word"):
        assert f"<!-- {word} -->" in svg
