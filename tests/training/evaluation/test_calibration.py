import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.manifest import Confidence
from asr.transcript import ModelIdentity, Timing, Transcript, Word
from training.data.manifest import Utterance
from training.evaluation.calibration import fit, trials
from training.evaluation.inference import Result
from training.evaluation.reliability import bins, expected_calibration_error


def sigmoid(odds):
    return 1 / (1 + np.exp(-odds))


def simulated(scale, bias, mean, words=20_000):
    """Confidences as a transcript rounds them, and words right as often as scale and bias say."""
    random = np.random.default_rng(0)
    odds = random.normal(mean, 2.0, words)
    right = random.random(words) < sigmoid(scale * odds + bias)
    return sigmoid(odds).round(3), right.astype(float)


def calibration_error(confidences, right):
    return expected_calibration_error(bins(confidences, right))


def result(reference, words, tmp_path):
    """A result whose words are given with their confidences."""
    spoken = tuple(Word(word, 0.0, 0.1, confidence) for word, confidence in words)
    transcript = Transcript(
        spoken, 1.0, ModelIdentity("toy", "1", ""), Timing(0.0, 0.0, 0.0, cold_start=False)
    )
    return Result(Utterance(tmp_path, 1.0, "", "an4", reference), transcript)


@pytest.mark.parametrize(
    ("scale", "bias", "mean"),
    [
        (1.0, 0.0, 1.0),  # calibrated as it is
        (0.5, -1.0, 1.0),
        (0.5, -1.0, 4.0),  # overconfident: full Newton steps diverge from here on
        (0.3, -3.0, 4.0),
        (1.0, -6.0, 1.0),
        (2.0, 1.0, 1.0),  # underconfident
    ],
)
def test_the_fit_recovers_scale_and_bias(scale, bias, mean):
    fitted = fit(*simulated(scale, bias, mean))
    assert fitted.scale == pytest.approx(scale, abs=0.05)
    assert fitted.bias == pytest.approx(bias, abs=0.15)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), min_size=1, max_size=40))
def test_the_fit_is_finite_and_no_worse_than_no_scaling(words):
    confidences = np.array([confidence for confidence, _ in words])
    right = np.array([float(hit) for _, hit in words])
    fitted = fit(confidences, right)
    odds = np.log(np.clip(confidences, 5e-4, 1 - 5e-4) / np.clip(1 - confidences, 5e-4, 1 - 5e-4))
    # against Platt's targets, which are what is fitted
    target = np.where(right, (right.sum() + 1) / (right.sum() + 2), 1 / ((1 - right).sum() + 2))

    def loss(scaled):
        return (np.logaddexp(0, scaled) - target * scaled).mean()

    assert np.isfinite([fitted.scale, fitted.bias]).all()
    assert loss(fitted.scale * odds + fitted.bias) <= loss(odds) + 1e-3


def test_a_model_that_heard_nothing_is_left_as_it_is():
    assert fit(np.array([]), np.array([])) == Confidence(scale=1.0, bias=0.0)
    assert calibration_error(np.array([]), np.array([])) == 0.0


def test_fitted_confidences_are_calibrated():
    confidences, right = simulated(0.5, -1.0, 3.0)
    fitted = fit(confidences, right)
    odds = np.log(confidences.clip(5e-4, 1 - 5e-4) / (1 - confidences).clip(5e-4, 1 - 5e-4))
    assert calibration_error(confidences, right) > 0.2
    assert calibration_error(sigmoid(fitted.scale * odds + fitted.bias), right) < 0.02


def test_perfect_calibration_has_no_error():
    confidences, right = simulated(1.0, 0.0, 1.0)
    assert calibration_error(confidences, right) < 0.01


def test_a_word_is_right_where_the_alignment_matches_it(tmp_path):
    results = [
        result("the cat sat", [("the", 0.9), ("hat", 0.4), ("sat", 0.8), ("down", 0.3)], tmp_path),
        result("", [("noise", 0.2)], tmp_path),
        result("unheard", [], tmp_path),
        Result(Utterance(tmp_path, 0.0, "", "an4", "too short"), None),
        result("one", [("one", 0.7)], tmp_path),
    ]
    confidences, right = trials(results)
    assert confidences.tolist() == [0.9, 0.4, 0.8, 0.3, 0.2, 0.7]
    assert right.tolist() == [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]


def test_a_keyword_is_right_as_a_whole(tmp_path):
    results = [
        result("smart mirror", [("smart mirror", 0.9)], tmp_path),
        result("mirror", [("smart mirror", 0.6)], tmp_path),
    ]
    confidences, right = trials(results, "keyword")
    assert (confidences.tolist(), right.tolist()) == ([0.9, 0.6], [1.0, 0.0])
