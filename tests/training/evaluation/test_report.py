from pathlib import Path

import numpy as np
import pytest

from asr.transcript import ModelIdentity, Timing, Transcript
from tests.support import tone_corpus, toy_model
from training.data.manifest import Utterance, read_manifest
from training.evaluation.inference import Result, transcribe
from training.evaluation.report import BANDS, full_report, report


@pytest.fixture
def manifest(tmp_path):
    """Two corpora that the toy hears perfectly, but for what the manifest says otherwise."""
    return tone_corpus.write_clips(
        tmp_path,
        [
            ("an4", "the cat sat", toy_model.speak("the cat sat")),
            ("an4", "on the mat", toy_model.speak("on a mat")),
            ("lj", "hush", np.zeros(16_000, np.float32)),
            ("lj", "blink", toy_model.speak("blink")[:800]),
        ],
    )


def heard(seconds, text="", duration=None, spent=0.0):
    """A clip in which silence was heard; `duration` None is one that was too short."""
    timing = Timing(0.0, 0.0, 0.0, cold_start=False)
    transcript = Transcript((), duration or 0.0, ModelIdentity("toy", "1", ""), timing)
    utterance = Utterance(Path(), seconds, "anna", "an4", text)
    return Result(utterance, transcript if duration is not None else None, spent)


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


def test_lengths_are_banded_short_to_long_and_empty_bands_are_left_out():
    rates = report([heard(s, "a b") for s in (20.0, 2.9, 3.0, 15.0, 5.9, 0.0)])["lengths"]
    assert {name: band["utterances"] for name, band in rates.items()} == {
        "under 3 s": 2,
        "3 to 6 s": 2,
        "15 s and more": 2,
    }
    assert list(rates) == [name for name in BANDS if name in rates]
    assert rates["under 3 s"]["words"] == 4


def test_the_most_frequent_mistakes_are_told(toy_transcriber, manifest):
    found = report(transcribe(toy_transcriber, read_manifest(manifest)))["mistakes"]
    assert found["substitutions"] == [["the", "a", 1]]
    assert found["deletions"] == [["blink", 1], ["hush", 1]]


def test_speed_is_work_over_all_audio_that_was_heard():
    rates = report(
        [heard(1.0, duration=1.0, spent=0.1), heard(3.0, duration=3.0, spent=1.5), heard(5.0)]
    )
    assert (rates["audio_seconds"], rates["real_time_factor"]) == (4.0, 0.4)


def test_where_nothing_is_heard_nothing_is_divided():
    assert report([heard(0.05, "a")])["real_time_factor"] == 0.0


def test_the_report_of_a_bundle_has_its_confidences_and_times(toy_transcriber, manifest):
    results = transcribe(toy_transcriber, read_manifest(manifest))
    full = full_report(results, toy_transcriber)
    assert {key: full[key] for key in full if key not in ("confidence", "word_times")} == report(
        results
    )
    (only,) = full["confidence"]["bins"]  # 5 of 6 words are right, all of them alike
    assert (only["words"], only["accuracy"]) == (6, 0.8333)
    gap = abs(only["confidence"] - only["accuracy"])
    assert full["confidence"]["expected_calibration_error"] == pytest.approx(gap, abs=1e-4)
    assert full["word_times"]["itself"]["words"] == 5


def test_a_keyword_bundle_is_measured_by_its_accuracy(keyword_transcriber, tmp_path):
    clips = [("sc1", "no", "no"), ("sc1", "yes", "no"), ("wake", "smart mirror", "smart mirror")]
    manifest = tone_corpus.write_clips(
        tmp_path, [(corpus, text, toy_model.say(said)) for corpus, text, said in clips]
    )
    results = transcribe(keyword_transcriber, read_manifest(manifest))
    rates = full_report(results, keyword_transcriber)
    assert rates["all"] == {"utterances": 3, "accuracy": 0.6667, "right": 2}
    assert rates["corpora"]["wake"] == {"utterances": 1, "accuracy": 1.0, "right": 1}
    assert rates["lengths"]["under 3 s"] == rates["all"]
    assert rates["confidence"]["bins"][0]["accuracy"] == 0.6667
    assert not {"mistakes", "word_times"} & rates.keys()
