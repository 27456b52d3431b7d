from pathlib import Path

import pytest

from asr.transcript import ModelIdentity, Timing, Transcript, Word
from training.data.manifest import Utterance
from training.evaluation import confusion_matrix
from training.evaluation.inference import Result


def result(said, heard):
    words = (Word(heard, 0.0, 1.0, 0.9),) if heard else ()
    identity, timing = ModelIdentity("toy", "1", ""), Timing(0.0, 0.0, 0.0, cold_start=False)
    transcript = Transcript(words, 1.0, identity, timing)
    return Result(Utterance(Path("clip.wav"), 1.0, "", "sc1", said), transcript)


@pytest.fixture
def results():
    said = [("bed", "bed"), ("bed", "cat"), ("bed", "bed"), ("cat", "cat"), ("cat", "")]
    return [result(*pair) for pair in said]


def test_rows_are_what_was_said_and_columns_what_was_heard(results):
    words, counts = confusion_matrix.count(results)
    assert words == [confusion_matrix.NOTHING, "bed", "cat"]
    assert counts.tolist() == [[0, 0, 0], [0, 2, 1], [1, 0, 1]]


def test_the_picture_names_every_word(results, tmp_path):
    confusion_matrix.draw(results, tmp_path / "confusions.svg")
    drawn = (tmp_path / "confusions.svg").read_text()
    for word in ("bed", "cat", confusion_matrix.NOTHING, "heard", "said"):
        assert f"<!-- {word} -->" in drawn
