import json

import numpy as np
import pytest

from asr.transcript import ModelIdentity, Timing, Transcript
from tests.asr import toy
from tests.training import corpora
from training import evaluate
from training.corpus import Utterance, read_manifest
from training.evaluate import Result, report, transcribe


@pytest.fixture
def manifest(tmp_path):
    """Two corpora that the toy hears perfectly, but for what the manifest says otherwise."""
    clips = [
        ("an4", "the cat sat", toy.speak("the cat sat")),
        ("an4", "on the mat", toy.speak("on a mat")),
        ("lj", "hush", np.zeros(16_000, np.float32)),
        ("lj", "blink", toy.speak("blink")[:800]),  # too short to be heard
    ]
    rows = []
    for index, (corpus, text, samples) in enumerate(clips):
        (tmp_path / f"{index}.wav").write_bytes(toy.encode(samples))
        rows.append(f"{index}.wav\t1.0\tanna\t{corpus}\t{text}\n")
    (tmp_path / "manifest.tsv").write_text(corpora.HEADER + "".join(rows), encoding="utf-8")
    return tmp_path / "manifest.tsv"


def test_each_clip_is_transcribed_as_a_request_would_be(toy_transcriber, manifest):
    results = transcribe(toy_transcriber, read_manifest(manifest))
    assert [result.text for result in results] == ["the cat sat", "on a mat", "", ""]
    assert [result.transcript is None for result in results] == [False, False, False, True]


def test_rates_are_given_in_all_and_per_corpus(toy_transcriber, manifest):
    rates = report(transcribe(toy_transcriber, read_manifest(manifest)))
    assert list(rates["corpora"]) == ["an4", "lj"]
    assert rates["corpora"]["an4"] == {
        "utterances": 2,
        "words": 6,
        "wer": 0.1667,
        "wer_interval": [0.0, 0.3333],  # a clip without a mistake, and one with one in 3 words
        "cer": 0.1429,  # "the" for "a": 3 of 21
        "substitutions": 1,
        "deletions": 0,
        "insertions": 0,
    }
    assert (rates["corpora"]["lj"]["deletions"], rates["corpora"]["lj"]["wer"]) == (2, 1.0)
    assert (rates["all"]["utterances"], rates["all"]["words"]) == (4, 8)
    assert rates["all"]["wer"] == 3 / 8


def test_speed_is_work_over_all_audio_that_was_heard(tmp_path):
    def heard(duration, real_time_factor):
        timing = Timing(0.0, 0.0, real_time_factor, cold_start=False)
        transcript = Transcript((), duration, ModelIdentity("toy", "1", ""), timing)
        return Result(Utterance(tmp_path, duration, "anna", "an4", "a"), transcript)

    unheard = Result(Utterance(tmp_path, 5.0, "anna", "an4", "a"), None)
    rates = report([heard(1.0, 0.1), heard(3.0, 0.5), unheard])
    assert (rates["audio_seconds"], rates["real_time_factor"]) == (4.0, 0.4)


def test_the_command_line_prints_the_report_as_json(toy_bundle, manifest, monkeypatch, capsys):
    monkeypatch.setattr(
        "sys.argv", ["evaluate", "--bundle", str(toy_bundle), "--manifest", str(manifest)]
    )
    evaluate.main()
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"all", "corpora", "audio_seconds", "real_time_factor"}
    assert printed["all"]["wer"] == 3 / 8
    assert set(printed["corpora"]) == {"an4", "lj"}


def test_a_keyword_bundle_is_measured_by_its_accuracy(
    keyword_bundle, tmp_path, monkeypatch, capsys
):
    clips = [("sc1", "no", "no"), ("sc1", "yes", "no"), ("wake", "smart mirror", "smart mirror")]
    rows = []
    for index, (corpus, text, said) in enumerate(clips):
        (tmp_path / f"{index}.wav").write_bytes(toy.encode(toy.say(said)))
        rows.append(f"{index}.wav\t0.5\tanna\t{corpus}\t{text}\n")
    manifest = tmp_path / "manifest.tsv"
    manifest.write_text(corpora.HEADER + "".join(rows), encoding="utf-8")
    arguments = ["evaluate", "--bundle", str(keyword_bundle), "--manifest", str(manifest)]
    monkeypatch.setattr("sys.argv", arguments)
    evaluate.main()
    printed = json.loads(capsys.readouterr().out)
    assert printed["all"] == {"utterances": 3, "accuracy": 0.6667, "right": 2}
    assert printed["corpora"]["wake"] == {"utterances": 1, "accuracy": 1.0, "right": 1}
