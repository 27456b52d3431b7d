from pathlib import Path

import numpy as np
import pytest

from asr.transcript import ModelIdentity, Timing, Transcript
from tests.support import tone_corpus, toy_model
from training.data.manifest import Utterance, read_manifest
from training.evaluation.inference import Result, transcribe_corpus
from training.evaluation.report import DURATION_BANDS, bundle_report, recognition_report


@pytest.fixture
def manifest(tmp_path):
    """Two corpora that the toy recognises without error, except where the manifest differs."""
    return tone_corpus.write_clips(
        tmp_path,
        [
            ("an4", "the cat sat", toy_model.text_waveform("the cat sat")),
            ("an4", "on the mat", toy_model.text_waveform("on a mat")),
            ("lj", "hush", np.zeros(16_000, np.float32)),
            ("lj", "blink", toy_model.text_waveform("blink")[:800]),
        ],
    )


def silent_result(seconds, text="", duration=None, cpu_seconds=0.0):
    """Result with an empty transcript, or without one if `duration` is None."""
    timing = Timing(0.0, 0.0, 0.0, cold_start=False)
    transcript = Transcript((), duration or 0.0, ModelIdentity("toy", "1", ""), timing)
    utterance = Utterance(Path(), seconds, "anna", "an4", text)
    return Result(utterance, transcript if duration is not None else None, cpu_seconds)


def test_error_rates_are_reported_in_total_and_by_corpus(toy_transcriber, manifest):
    rates = recognition_report(transcribe_corpus(toy_transcriber, read_manifest(manifest)))
    assert list(rates["corpora"]) == ["an4", "lj"]
    assert rates["corpora"]["an4"] == {
        "utterances": 2,
        "words": 6,
        "wer": 0.1667,
        "wer_interval": [0.0, 0.3333],  # a clip without errors, and one with an error in 3 words
        "cer": 0.1429,  # "the" for "a": 3 of 21
        "substitutions": 1,
        "deletions": 0,
        "insertions": 0,
    }
    assert (rates["corpora"]["lj"]["deletions"], rates["corpora"]["lj"]["wer"]) == (2, 1.0)
    assert (rates["all"]["utterances"], rates["all"]["words"]) == (4, 8)
    assert rates["all"]["wer"] == 3 / 8


def test_duration_bands_ascend_and_empty_bands_are_omitted():
    rates = recognition_report([silent_result(s, "a b") for s in (20.0, 2.9, 3.0, 15.0, 5.9, 0.0)])[
        "lengths"
    ]
    assert {name: band["utterances"] for name, band in rates.items()} == {
        "under 3 s": 2,
        "3 to 6 s": 2,
        "15 s and more": 2,
    }
    assert list(rates) == [name for name in DURATION_BANDS if name in rates]
    assert rates["under 3 s"]["words"] == 4


def test_the_most_frequent_errors_are_reported(toy_transcriber, manifest):
    report = recognition_report(transcribe_corpus(toy_transcriber, read_manifest(manifest)))
    errors = report["most_frequent_errors"]
    assert errors["substitutions"] == [["the", "a", 1]]
    assert errors["deletions"] == [["blink", 1], ["hush", 1]]


def test_the_real_time_factor_is_of_all_transcribed_audio():
    rates = recognition_report(
        [
            silent_result(1.0, duration=1.0, cpu_seconds=0.1),
            silent_result(3.0, duration=3.0, cpu_seconds=1.5),
            silent_result(5.0),
        ]
    )
    assert (rates["audio_seconds"], rates["real_time_factor"]) == (4.0, 0.4)


def test_without_transcripts_the_real_time_factor_is_zero():
    assert recognition_report([silent_result(0.05, "a")])["real_time_factor"] == 0.0


def test_the_report_of_a_bundle_has_calibration_and_word_timing(toy_transcriber, manifest):
    results = transcribe_corpus(toy_transcriber, read_manifest(manifest))
    full = bundle_report(results, toy_transcriber)
    assert {
        key: full[key] for key in full if key not in ("confidence", "word_timing")
    } == recognition_report(results)
    (only,) = full["confidence"]["bins"]  # 5 of 6 words are correct, with similar confidences
    assert (only["words"], only["accuracy"]) == (6, 0.8333)
    gap = abs(only["confidence"] - only["accuracy"])
    assert full["confidence"]["expected_calibration_error"] == pytest.approx(gap, abs=1e-4)
    assert full["word_timing"]["model"]["words"] == 5


def test_the_report_of_a_keyword_bundle_has_its_accuracy(keyword_transcriber, tmp_path):
    clips = [("sc1", "no", "no"), ("sc1", "yes", "no"), ("wake", "smart mirror", "smart mirror")]
    manifest = tone_corpus.write_clips(
        tmp_path,
        [(corpus, text, toy_model.keyword_waveform(spoken)) for corpus, text, spoken in clips],
    )
    results = transcribe_corpus(keyword_transcriber, read_manifest(manifest))
    rates = bundle_report(results, keyword_transcriber)
    assert rates["all"] == {"utterances": 3, "accuracy": 0.6667, "correct": 2}
    assert rates["corpora"]["wake"] == {"utterances": 1, "accuracy": 1.0, "correct": 1}
    assert rates["lengths"]["under 3 s"] == rates["all"]
    assert rates["confidence"]["bins"][0]["accuracy"] == 0.6667
    assert not {"most_frequent_errors", "word_timing"} & rates.keys()
