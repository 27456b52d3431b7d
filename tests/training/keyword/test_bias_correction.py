import numpy as np
import pytest
import torch

from training.keyword import bias_correction


def spoken(bias: list[float], scale: float, clips: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores of random clips, and words that are said as often as `bias` and `scale` make them."""
    random = np.random.default_rng(0)
    scores = random.normal(0, 2, (clips, len(bias)))
    odds = (scores + bias) * scale + random.gumbel(size=scores.shape)
    return torch.from_numpy(scores).log_softmax(1).float(), torch.from_numpy(odds.argmax(1))


def test_what_was_held_back_is_found_whatever_the_scale():
    for scale in (0.5, 1.0, 2.0):
        found = bias_correction.fit(*spoken([-1.0, 0.2, 0.8], scale, 20_000))
        assert found.tolist() == pytest.approx([-1.0, 0.2, 0.8], abs=0.1), scale


def test_biases_leave_each_word_as_often_heard_as_said():
    log_probs, classes = spoken([-1.0, 0.0, 1.0], 1.0, 5_000)
    heard = (log_probs + bias_correction.fit(log_probs, classes)).argmax(1)
    said, answered = (torch.bincount(words) / len(words) for words in (classes, heard))
    assert torch.allclose(said, answered, atol=0.03)


def test_a_word_that_nobody_says_is_not_banished():
    log_probs = torch.tensor([[0.9, 0.05, 0.05], [0.1, 0.85, 0.05]]).log()
    found = bias_correction.fit(log_probs, torch.tensor([0, 1]))
    assert found.abs().max() < bias_correction.PRIOR_DEVIATION


def test_biases_of_what_is_always_right_are_finite():
    sure = torch.full((3, 3), -100.0).fill_diagonal_(0.0)
    assert bias_correction.fit(sure, torch.arange(3)).tolist() == pytest.approx([0.0] * 3, abs=0.1)
