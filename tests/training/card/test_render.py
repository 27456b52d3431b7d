from dataclasses import replace

import pytest
from jinja2 import UndefinedError

from asr import bundle
from tests.support import toy_model
from tests.support.reports import (
    CLASSIFICATION_REPORT,
    FIDELITY,
    MEASUREMENTS,
    RECOGNITION_REPORT,
    REFERENCE_REPORT,
)
from training.card.measurements import Measurements
from training.card.render import render_imported_card, render_trained_card


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    source = {"name": "LJ", "hours": 1.5, "license": "public domain", "reference": "Ito 2017"}
    directory = toy_model.write_bundle(
        tmp_path_factory.mktemp("bundle"),
        sources=[source],
        confidence={"scale": 0.625, "bias": -0.25},
    )
    return bundle.load(str(directory)).manifest


@pytest.fixture(scope="module")
def keyword_manifest(tmp_path_factory):
    directory = toy_model.write_keyword_bundle(tmp_path_factory.mktemp("bundle"))
    return bundle.load(str(directory)).manifest


def one_line(card):
    """The card with its prose on one line, wherever the template breaks it."""
    return " ".join(card.split())


def test_the_card_describes_the_model_of_the_manifest(manifest):
    card = render_trained_card(manifest, MEASUREMENTS)
    assert card.startswith("# toy 1\n")
    assert "1,234,567 parameters" in card
    assert "frame every 20 ms" in card
    assert "scaled by 0.625 and shifted by -0.25 (Platt 1999), fitted on songs-dev" in card
    assert "| LJ | 1.5 | public domain | Ito 2017 |" in card


def test_the_card_has_the_error_rates_of_each_data_set(manifest):
    card = render_trained_card(manifest, MEASUREMENTS)
    assert "| songs-test | all | 12 | 345 | 0.123 | 0.046 | 0.101 to 0.146 | 7 | 8 | 9 |" in card
    assert "| songs-test | an4 | 12 | 345 | 0.432 | 0.046 |" in card
    assert "0.0212 on songs-test" in card
    assert "0.0317 on songs-test" in card


def test_the_card_has_error_rates_by_duration_in_ascending_order(manifest):
    card = render_trained_card(manifest, MEASUREMENTS)
    short = card.index("| songs-test | under 3 s | 12 | 345 | 0.222 |")
    assert short < card.index("| songs-test | 15 s and more | 12 | 345 | 0.333 |")


def test_the_card_lists_the_five_most_frequent_errors_of_a_kind(manifest):
    card = render_trained_card(manifest, MEASUREMENTS)
    assert "| songs-test | the → a (31), in → an (9), " in card
    assert "| of (21) | uh (11) |" in card
    assert "annnnn" not in card  # the sixth


def test_the_card_has_the_word_timing_errors_of_each_aligner(manifest):
    card = render_trained_card(manifest, MEASUREMENTS)
    assert "| songs-test | model | 300 | 13 ms | 21 ms | 87 ms |" in card
    assert "| songs-test | pocketsphinx | 280 | 53 ms | 61 ms | 187 ms |" in card
    assert "An output frame lasts 20 ms" in card


def test_aligners_without_correctly_recognised_words_have_no_row(manifest):
    report = RECOGNITION_REPORT | {"word_timing": {"model": None, "pocketsphinx": None}}
    card = render_trained_card(manifest, replace(MEASUREMENTS, sets={"songs-test": report}))
    assert " ms | " not in card


def test_the_card_compares_the_model_with_the_network_if_measured(manifest):
    assert "trained network in float32" not in render_trained_card(manifest, MEASUREMENTS)
    card = render_trained_card(manifest, replace(MEASUREMENTS, fidelity=FIDELITY))
    assert "on the first 50 clips of songs-dev" in card
    assert "WER is 0.511 against 0.512" in card


def test_the_card_compares_the_model_with_a_reference_if_measured(manifest):
    assert "Comparison with" not in render_trained_card(manifest, MEASUREMENTS)
    card = render_trained_card(manifest, replace(MEASUREMENTS, reference=REFERENCE_REPORT))
    assert "| songs-test | toy | 12 of 12 | 0.123 | 0.046 | 0.101 to 0.146 | 0.021 |" in card
    assert "| songs-test | pocketsphinx-en-us | 5 of 12 | 0.654 | 0.399 |" in card
    assert "sampled at random (seed 3)" in card


def test_a_reference_has_a_row_on_a_data_set_without_measurements_of_the_model(manifest):
    reference = REFERENCE_REPORT | {"sets": {"elsewhere": REFERENCE_REPORT["sets"]["songs-test"]}}
    card = render_trained_card(manifest, replace(MEASUREMENTS, reference=reference))
    (row,) = (line for line in card.splitlines() if line.startswith("| elsewhere |"))
    assert row.startswith("| elsewhere | pocketsphinx-en-us |")


def test_the_card_of_a_keyword_bundle_has_its_accuracy_and_words(keyword_manifest):
    measurements = Measurements(10, "words-dev", {"words-test": CLASSIFICATION_REPORT})
    card = render_trained_card(keyword_manifest, measurements)
    assert "| words-test | fsdd | 50 | 49 | 0.980 |" in card
    assert "| words-test | under 3 s | 50 | 49 | 0.980 |" in card
    assert "one of 3 English words per clip of up to 2 seconds" in card
    assert "no, yes, smart mirror" in card
    assert "](confusion_matrix.svg)" in card
    assert "](reliability.svg)" in card
    assert "WER" not in card


@pytest.mark.parametrize("kind", ["ctc", "keyword"])
def test_the_rows_of_a_table_have_as_many_cells_as_its_header(kind, manifest, keyword_manifest):
    if kind == "ctc":
        report = RECOGNITION_REPORT | {"real_time_factor": 0.5}
        measurements = replace(
            MEASUREMENTS,
            sets=MEASUREMENTS.sets | {"songs-dev": report},
            reference=REFERENCE_REPORT,
        )
        card = render_trained_card(manifest, measurements)
    else:
        measurements = Measurements(10, "words-dev", {"words-test": CLASSIFICATION_REPORT})
        card = render_trained_card(keyword_manifest, measurements)
    paragraphs = [each.splitlines() for each in card.split("\n\n") if each.startswith("|")]
    assert len(paragraphs) >= 2
    for header, rule, *rows in paragraphs:
        assert set(rule) == set("|- ")
        assert rows or "reference" in header  # this bundle may have no sources
        assert {row.count("|") for row in (rule, *rows)} == {header.count("|")}


def test_a_report_that_lacks_a_member_is_not_rendered(manifest):
    report = {key: each for key, each in RECOGNITION_REPORT.items() if key != "word_timing"}
    with pytest.raises(UndefinedError, match="word_timing"):
        render_trained_card(manifest, replace(MEASUREMENTS, sets={"songs-test": report}))


def test_paragraphs_are_separated_by_one_empty_line(manifest, keyword_manifest):
    keyword = Measurements(10, "words-dev", {"words-test": CLASSIFICATION_REPORT})
    complete = replace(MEASUREMENTS, fidelity=FIDELITY, reference=REFERENCE_REPORT)
    for card in (
        render_trained_card(manifest, complete),
        render_trained_card(keyword_manifest, keyword),
        render_imported_card(manifest, 10, "A model.", "WER 0.1."),
    ):
        assert "\n\n\n" not in card
        assert card.endswith("\n")
        assert not card.endswith("\n\n")
        assert all(line == line.strip() for line in card.splitlines())


def test_the_card_of_an_imported_model_has_its_published_rates(manifest):
    card = render_imported_card(manifest, 94_400_000, "It was trained by others.", "WER 3.4 / 8.6.")
    assert card.startswith("# toy 1\n")
    assert "94,400,000 parameters" in card
    assert "It was trained by others." in card
    assert "WER 3.4 / 8.6. None of it was measured on this file" in one_line(card)
    assert "curves.svg" not in card


RATES = {"precision": 0.91, "recall": 0.82, "f1": 0.86, "count": 77}
PUNCTUATION = {"utterances": 9, "written_wer": 0.4567} | dict.fromkeys(
    [".", ",", "?", "all", "capitals"], RATES
)


def test_a_model_that_writes_has_a_section_on_punctuation(manifest):
    report = RECOGNITION_REPORT | {"punctuation": PUNCTUATION}
    sets = {"songs-dev": RECOGNITION_REPORT | {"punctuation": None}, "songs-test": report}
    card = render_trained_card(manifest, replace(MEASUREMENTS, sets=sets))
    assert "## Capitals and punctuation" in card
    assert "| songs-test | 9 | 0.457 | question marks | 77 | 0.910 | 0.820 | 0.860 |" in card
    assert "songs-dev | 9" not in card
    assert "## Capitals" not in render_trained_card(manifest, MEASUREMENTS)


def test_initial_weights_are_a_source_without_hours(manifest):
    speech = {"name": "LJ", "hours": 1.5, "license": "public domain", "reference": "Ito 2017"}
    weights = {"name": "initial weights: whisper-base", "license": "MIT", "reference": "2022"}
    card = render_trained_card(replace(manifest, sources=[speech, weights]), MEASUREMENTS)
    assert "| initial weights: whisper-base | | MIT | 2022 |" in card
    assert "from the weights of another model" in one_line(card)
    assert "random weights" not in card
    assert "random weights" in render_trained_card(manifest, MEASUREMENTS)
