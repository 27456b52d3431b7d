import json

import pytest

from asr.transcript import ModelIdentity, Timing, Transcript, Word
from tests.support import tone_corpus, toy_model
from training.evaluation import evaluate


@pytest.fixture
def manifests(tmp_path):
    """Two sets; of the words, one in six and one in two are misheard."""
    return [
        tone_corpus.write_clips(
            tmp_path / name, [("an4", text, toy_model.speak(said)) for text, said in clips]
        )
        for name, clips in {
            "dev": [("the cat sat", "the cat sat"), ("on the mat", "on a mat")],
            "test": [("a dog", "a log")],
        }.items()
    ]


def printed(capsys, monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["evaluate", *map(str, arguments)])
    evaluate.main()
    return json.loads(capsys.readouterr().out)


def test_a_report_has_each_set_by_the_name_of_its_folder(
    toy_bundle, toy_transcriber, manifests, monkeypatch, capsys
):
    found = printed(capsys, monkeypatch, "--bundle", toy_bundle, "--manifest", *manifests)
    assert found["recogniser"] == vars(toy_transcriber.identity)
    assert {name: scored["all"]["wer"] for name, scored in found["sets"].items()} == {
        "dev": 0.1667,
        "test": 0.5,
    }
    assert set(found["sets"]["dev"]) == {
        "clips_listed", "all", "corpora", "lengths", "mistakes", "audio_seconds",
        "real_time_factor", "confidence", "word_times",
    }  # fmt: skip


def test_the_same_clips_give_the_same_report_but_for_its_speed(
    toy_bundle, manifests, monkeypatch, capsys
):
    arguments = ["--bundle", toy_bundle, "--manifest", manifests[0]]
    once, again = (printed(capsys, monkeypatch, *arguments) for _ in range(2))
    for found in (once, again):
        del found["sets"]["dev"]["real_time_factor"]
    assert json.dumps(once) == json.dumps(again)


def test_a_part_of_a_set_is_said_to_be_one(toy_bundle, manifests, monkeypatch, capsys):
    found = printed(
        capsys, monkeypatch, "--bundle", toy_bundle, "--manifest", *manifests, "--clips", 1
    )
    assert found["seed"] == 0
    dev = found["sets"]["dev"]
    assert (dev["clips_listed"], dev["all"]["utterances"]) == (2, 1)


class Parrot:
    """A reference that says the same of all that it hears."""

    identity = ModelIdentity("parrot", "1", "")

    def transcribe(self, source, budget):
        words = (Word("a", 0.0, 0.5, 1.0), Word("dog", 0.5, 1.0, 1.0))
        return Transcript(words, 1.0, self.identity, Timing(0.0, 0.0, 0.0, cold_start=False))


def test_a_reference_is_scored_by_the_same_command(manifests, monkeypatch, capsys):
    monkeypatch.setitem(evaluate.REFERENCES, "pocketsphinx", Parrot)
    found = printed(capsys, monkeypatch, "--reference", "pocketsphinx", "--manifest", *manifests)
    assert found["recogniser"]["name"] == "parrot"
    assert found["sets"]["test"]["all"]["wer"] == 0.0
    assert found["sets"]["dev"]["all"]["wer"] == 1.0
    assert not {"confidence", "word_times"} & found["sets"]["dev"].keys()
