"""What to add to a classifier's scores so that people whom it has not heard are told as they speak.

What it takes for which word among strangers goes the same way with most of them, and never shows
in what it has learned from; so it is fitted on people that it was kept from.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

PRIOR_DEVIATION = 1.0  # of a bias, a normal variable beforehand: what is hardly said stays near 0
STEPS = 100


def fit(log_probs: Tensor, classes: Tensor) -> Tensor:
    """Biases that make what was said most probable, with a scale that is fitted beside them.

    Bias-corrected temperature scaling (Alexandari, Kundaje and Shrikumar 2020), its biases in units
    of the scores, and of mean 0. The scale is left to the confidence of a bundle.

    Parameters
    ----------
    log_probs : Tensor, shape (clips, words)
        What a network gives, or several, each on clips of people that it was kept from.
    classes : Tensor, shape (clips,)
        The words that are said.

    Returns
    -------
    Tensor, shape (words,), float32
    """
    scores = log_probs.double()
    biases = torch.zeros(scores.shape[1], dtype=torch.float64, requires_grad=True)
    log_scale = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [biases, log_scale], max_iter=STEPS, line_search_fn="strong_wolfe"
    )

    def surprise() -> Tensor:
        optimiser.zero_grad()
        loss = F.cross_entropy((scores + biases) * log_scale.exp(), classes, reduction="sum")
        loss = loss + (biases / PRIOR_DEVIATION).square().sum() / 2
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(surprise)  # type: ignore[no-untyped-call]
    found = biases.detach()
    return (found - found.mean()).float()
