import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.manifest import Confidence
from asr.transcript import ModelIdentity, Timing, Transcript, Word
from training.data.manifest import Utterance
from training.evaluation.calibration import (
    Bin,
    confidence_pairs,
    expected_calibration_error,
    fit_platt_scaling,
    plot_reliability_diagram,
    reliability_bins,
)
from training.evaluation.inference import Result


def sigmoid(odds):
    return 1 / (1 + np.exp(-odds))


def simulated(scale, bias, mean, words=20_000):
    """Rounded confidences of words, and whether each is correct, by the given scale and bias."""
    random = np.random.default_rng(0)
    odds = random.normal(mean, 2.0, words)
    correct = random.random(words) < sigmoid(scale * odds + bias)
    return sigmoid(odds).round(3), correct.astype(float)


def calibration_error(confidences, correct):
    return expected_calibration_error(reliability_bins(confidences, correct))


def result(reference, words, tmp_path):
    """A result whose hypothesis has `words`, pairs of word and confidence."""
    recognised = tuple(Word(word, 0.0, 0.1, confidence) for word, confidence in words)
    transcript = Transcript(
        recognised, 1.0, ModelIdentity("toy", "1", ""), Timing(0.0, 0.0, 0.0, cold_start=False)
    )
    return Result(Utterance(tmp_path, 1.0, "", "an4", reference), transcript)


@pytest.mark.parametrize(
    ("scale", "bias", "mean"),
    [
        (1.0, 0.0, 1.0),  # calibrated already
        (0.5, -1.0, 1.0),
        (0.5, -1.0, 4.0),  # overconfident: full Newton steps would diverge
        (0.3, -3.0, 4.0),
        (1.0, -6.0, 1.0),
        (2.0, 1.0, 1.0),  # underconfident
    ],
)
def test_platt_scaling_recovers_scale_and_bias(scale, bias, mean):
    fitted = fit_platt_scaling(*simulated(scale, bias, mean))
    assert fitted.scale == pytest.approx(scale, abs=0.05)
    assert fitted.bias == pytest.approx(bias, abs=0.15)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), min_size=1, max_size=40))
def test_platt_scaling_is_finite_and_no_worse_than_the_identity(words):
    confidences = np.array([confidence for confidence, _ in words])
    correct = np.array([float(hit) for _, hit in words])
    fitted = fit_platt_scaling(confidences, correct)
    odds = np.log(np.clip(confidences, 5e-4, 1 - 5e-4) / np.clip(1 - confidences, 5e-4, 1 - 5e-4))
    # Platt's smoothed targets
    positive, negative = correct.sum(), (1 - correct).sum()
    target = np.where(correct, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(scaled):
        return (np.logaddexp(0, scaled) - target * scaled).mean()

    assert np.isfinite([fitted.scale, fitted.bias]).all()
    assert loss(fitted.scale * odds + fitted.bias) <= loss(odds) + 1e-3


def test_without_words_the_identity_is_fitted():
    assert fit_platt_scaling(np.array([]), np.array([])) == Confidence(scale=1.0, bias=0.0)
    assert calibration_error(np.array([]), np.array([])) == 0.0


def test_fitted_confidences_are_calibrated():
    confidences, correct = simulated(0.5, -1.0, 3.0)
    fitted = fit_platt_scaling(confidences, correct)
    odds = np.log(confidences.clip(5e-4, 1 - 5e-4) / (1 - confidences).clip(5e-4, 1 - 5e-4))
    assert calibration_error(confidences, correct) > 0.2
    assert calibration_error(sigmoid(fitted.scale * odds + fitted.bias), correct) < 0.02


def test_calibrated_confidences_have_no_calibration_error():
    confidences, correct = simulated(1.0, 0.0, 1.0)
    assert calibration_error(confidences, correct) < 0.01


def test_a_word_is_correct_if_the_alignment_matches_it(tmp_path):
    results = [
        result("the cat sat", [("the", 0.9), ("hat", 0.4), ("sat", 0.8), ("down", 0.3)], tmp_path),
        result("", [("noise", 0.2)], tmp_path),
        result("silence", [], tmp_path),
        Result(Utterance(tmp_path, 0.0, "", "an4", "too short"), None),
        result("one", [("one", 0.7)], tmp_path),
    ]
    confidences, correct = confidence_pairs(results)
    assert confidences.tolist() == [0.9, 0.4, 0.8, 0.3, 0.2, 0.7]
    assert correct.tolist() == [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]


def test_a_keyword_of_several_words_is_one_trial(tmp_path):
    results = [
        result("smart mirror", [("smart mirror", 0.9)], tmp_path),
        result("mirror", [("smart mirror", 0.6)], tmp_path),
    ]
    confidences, correct = confidence_pairs(results, "keyword")
    assert (confidences.tolist(), correct.tolist()) == ([0.9, 0.6], [1.0, 0.0])


def test_a_bin_has_the_number_confidence_and_accuracy_of_its_words():
    bins = reliability_bins(np.array([0.1, 0.14, 0.95]), np.array([0.0, 1.0, 1.0]))
    assert bins == [Bin(2, 0.12, 0.5), Bin(1, 0.95, 1.0)]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=50))
def test_every_word_is_in_one_bin(words):
    confidences = np.array([confidence for confidence, _ in words])
    correct = np.array([float(hit) for _, hit in words])
    assert sum(b.words for b in reliability_bins(confidences, correct)) == len(words)


def test_the_calibration_error_is_the_mean_gap_weighted_by_words():
    assert expected_calibration_error([Bin(3, 0.9, 0.6), Bin(1, 0.2, 0.3)]) == pytest.approx(0.25)


def test_a_reliability_diagram_is_written_as_svg_reproducibly(tmp_path):
    for name in ("one.svg", "other.svg"):
        plot_reliability_diagram(
            {"dev": [Bin(3, 0.9, 0.6)], "test": [Bin(1, 0.2, 0.3)]}, tmp_path / name
        )
    assert (tmp_path / "one.svg").read_text().count("<svg") == 1
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_a_compound_is_correct_if_all_of_its_parts_are(tmp_path):
    words = [("well-known", 0.9), ("mother-in-law", 0.8), ("he", 0.7)]
    _, correct = confidence_pairs([result("well known mother in he", words, tmp_path)])
    assert correct.tolist() == [1.0, 0.0, 1.0]


def test_a_word_without_plain_characters_is_not_correct(tmp_path):
    _, correct = confidence_pairs([result("in he", [("in", 0.9), ("1940", 0.8)], tmp_path)])
    assert correct.tolist() == [1.0, 0.0]
