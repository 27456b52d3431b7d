import numpy as np
import pytest
import torch

from training.keyword.bias_correction import PRIOR_DEVIATION, fit_class_bias


def simulated(bias: list[float], scale: float, clips: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores of random clips, and spoken words distributed by the scores, `bias` and `scale`."""
    random = np.random.default_rng(0)
    scores = random.normal(0, 2, (clips, len(bias)))
    odds = (scores + bias) * scale + random.gumbel(size=scores.shape)
    return torch.from_numpy(scores).log_softmax(1).float(), torch.from_numpy(odds.argmax(1))


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_the_fit_recovers_the_bias_at_any_scale(scale):
    fitted = fit_class_bias(*simulated([-1.0, 0.2, 0.8], scale, 20_000))
    assert fitted.tolist() == pytest.approx([-1.0, 0.2, 0.8], abs=0.1)


def test_class_bias_makes_words_as_frequent_among_predictions_as_in_speech():
    log_probs, classes = simulated([-1.0, 0.0, 1.0], 1.0, 5_000)
    predicted = (log_probs + fit_class_bias(log_probs, classes)).argmax(1)
    spoken, recognised = (torch.bincount(words) / len(words) for words in (classes, predicted))
    assert torch.allclose(spoken, recognised, atol=0.03)


def test_the_prior_bounds_the_bias_of_a_word_that_is_never_spoken():
    log_probs = torch.tensor([[0.9, 0.05, 0.05], [0.1, 0.85, 0.05]]).log()
    fitted = fit_class_bias(log_probs, torch.tensor([0, 1]))
    assert fitted.abs().max() < PRIOR_DEVIATION


def test_the_bias_of_certain_and_correct_predictions_is_finite():
    certain = torch.full((3, 3), -100.0).fill_diagonal_(0.0)
    assert fit_class_bias(certain, torch.arange(3)).tolist() == pytest.approx([0.0] * 3, abs=0.1)
