from pathlib import Path

import pytest

from asr.transcript import ModelIdentity, Timing, Transcript, Word
from training.data.manifest import Utterance
from training.data.text import normalise
from training.evaluation.inference import Result
from training.evaluation.punctuation import punctuation_report


def result(reference, hypothesis):
    """Result of a recogniser that writes; a reference without capitals has no written form."""
    words = tuple(Word(w.lower().strip(".,?!"), 0.0, 0.1, 1.0, w) for w in hypothesis.split())
    timing = Timing(0.0, 0.0, 0.0, cold_start=False)
    transcript = Transcript(words, 1.0, ModelIdentity("toy", "1", ""), timing)
    written = None if reference.islower() else reference
    return Result(Utterance(Path(), 1.0, "", "an4", normalise(reference), written), transcript)


def measured(*results):
    report = punctuation_report(results)
    assert report is not None
    return report


def rates(report, name):
    return tuple(report[name][key] for key in ("precision", "recall", "f1", "count"))


def test_exact_text_has_all_marks_and_capitals():
    report = measured(result("Well, Anna, is it?", "Well, Anna, is it?"))
    assert rates(report, ",") == (1.0, 1.0, 1.0, 2)
    assert rates(report, "?") == (1.0, 1.0, 1.0, 1)
    assert rates(report, ".") == (0.0, 0.0, 0.0, 0)
    assert rates(report, "all") == (1.0, 1.0, 1.0, 3)
    assert rates(report, "capitals") == (1.0, 1.0, 1.0, 2)
    assert (report["utterances"], report["written_wer"]) == (1, 0.0)


def test_a_wrong_mark_is_a_false_positive_and_a_false_negative():
    report = measured(result("Yes. No, I do.", "Yes, no, i do."))
    assert rates(report, ".") == (1.0, 0.5, pytest.approx(2 / 3, abs=1e-4), 2)
    assert rates(report, ",") == (0.5, 1.0, pytest.approx(2 / 3, abs=1e-4), 1)
    assert rates(report, "all") == (0.6667, 0.6667, 0.6667, 3)
    assert rates(report, "capitals") == (1.0, 0.3333, 0.5, 3)
    assert report["written_wer"] == 0.75


def test_words_recognised_wrongly_keep_their_marks_and_missing_words_lose_them():
    misrecognised = measured(result("He saw Anna.", "He saw Hannah."))
    assert rates(misrecognised, ".") == rates(misrecognised, "all") == (1.0, 1.0, 1.0, 1)
    deleted = measured(result("He saw Anna.", "He saw"))
    assert rates(deleted, ".") == (0.0, 0.0, 0.0, 1)
    inserted = measured(result("He saw", "He saw Anna."))
    assert (inserted["."]["count"], rates(inserted, "capitals")[0]) == (0, 0.5)
    nothing = measured(result("He saw Anna.", ""))
    assert rates(nothing, "capitals") == (0.0, 0.0, 0.0, 2)


def test_compounds_are_aligned_part_by_part():
    report = punctuation_report(
        [result("A well-known Anglo-Saxon, he.", "A well known Anglo-saxon, he.")]
    )
    assert rates(report, "capitals") == (1.0, 0.6667, 0.8, 3)
    assert rates(report, ",") == (1.0, 1.0, 1.0, 1)


def test_utterances_without_case_are_left_out():
    assert punctuation_report([result("he saw anna", "He saw Anna.")]) is None
    both = measured(result("he saw anna", "X."), result("I did.", "I did."))
    assert (both["utterances"], rates(both, "all")) == (1, (1.0, 1.0, 1.0, 1))
