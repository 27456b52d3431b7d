import json

import pytest

from asr.transcript import ModelIdentity, Timing, Transcript, Word
from tests.support import tone_corpus, toy_model
from training.evaluation import evaluate


@pytest.fixture
def manifests(tmp_path):
    """Two data sets, in which the toy recogniser errs in one word of six and one of two."""
    return [
        tone_corpus.write_clips(
            tmp_path / name,
            [("an4", text, toy_model.text_waveform(spoken)) for text, spoken in clips],
        )
        for name, clips in {
            "dev": [("the cat sat", "the cat sat"), ("on the mat", "on a mat")],
            "test": [("a dog", "a log")],
        }.items()
    ]


def evaluate_json(capsys, monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["evaluate", *map(str, arguments)])
    evaluate.main()
    return json.loads(capsys.readouterr().out)


def test_data_sets_are_named_after_their_folders(
    toy_bundle, toy_transcriber, manifests, monkeypatch, capsys
):
    report = evaluate_json(capsys, monkeypatch, "--bundle", toy_bundle, "--manifest", *manifests)
    assert report["recogniser"] == vars(toy_transcriber.identity)
    assert {name: each["all"]["wer"] for name, each in report["sets"].items()} == {
        "dev": 0.1667,
        "test": 0.5,
    }
    assert set(report["sets"]["dev"]) == {
        "clips_listed", "all", "corpora", "lengths", "most_frequent_errors", "audio_seconds",
        "real_time_factor", "confidence", "word_timing",
    }  # fmt: skip


def test_a_report_is_reproducible_except_for_its_speed(toy_bundle, manifests, monkeypatch, capsys):
    arguments = ["--bundle", toy_bundle, "--manifest", manifests[0]]
    once, again = (evaluate_json(capsys, monkeypatch, *arguments) for _ in range(2))
    for report in (once, again):
        del report["sets"]["dev"]["real_time_factor"]
    assert json.dumps(once) == json.dumps(again)


def test_a_sample_of_a_data_set_is_marked_as_one(toy_bundle, manifests, monkeypatch, capsys):
    report = evaluate_json(
        capsys, monkeypatch, "--bundle", toy_bundle, "--manifest", *manifests, "--clips", 1
    )
    assert report["seed"] == 0
    dev = report["sets"]["dev"]
    assert (dev["clips_listed"], dev["all"]["utterances"]) == (2, 1)


class ConstantRecogniser:
    """A reference recogniser with the same hypothesis for every clip."""

    identity = ModelIdentity("constant", "1", "")

    def transcribe(self, source, budget):
        words = (Word("a", 0.0, 0.5, 1.0), Word("dog", 0.5, 1.0, 1.0))
        return Transcript(words, 1.0, self.identity, Timing(0.0, 0.0, 0.0, cold_start=False))


def test_a_reference_recogniser_is_evaluated_by_the_same_command(manifests, monkeypatch, capsys):
    monkeypatch.setitem(evaluate.REFERENCES, "pocketsphinx", ConstantRecogniser)
    report = evaluate_json(
        capsys, monkeypatch, "--reference", "pocketsphinx", "--manifest", *manifests
    )
    assert report["recogniser"]["name"] == "constant"
    assert report["sets"]["test"]["all"]["wer"] == 0.0
    assert report["sets"]["dev"]["all"]["wer"] == 1.0
    assert not {"confidence", "word_timing"} & report["sets"]["dev"].keys()
