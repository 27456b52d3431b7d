"""Class bias of a keyword classifier: bias-corrected temperature scaling for unseen speakers.

A classifier's confusions of speakers outside its training data have a common direction, which its
training data do not show; so the bias of each class is fitted on speakers that were held out.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from training.evaluation.optimisation import minimise

PRIOR_DEVIATION = 1.0  # of a bias, a priori normal: the bias of a rare word stays near 0


def fit_class_bias(log_probs: Tensor, classes: Tensor) -> Tensor:
    """Fit class biases, and a scale beside them, by maximum a posteriori.

    Bias-corrected temperature scaling (Alexandari, Kundaje and Shrikumar 2020), with the biases in
    units of the scores and of mean 0. The scale is discarded: the confidence of a bundle is
    calibrated on its own.

    Parameters
    ----------
    log_probs : Tensor, shape (clips, words)
        Output of a network, or of several, each for clips of speakers that it was not trained on.
    classes : Tensor, shape (clips,), int64
        Indices of the spoken words.

    Returns
    -------
    Tensor, shape (words,), float32
    """
    scores = log_probs.double()
    biases = torch.zeros(scores.shape[1], dtype=torch.float64, requires_grad=True)
    log_scale = torch.zeros((), dtype=torch.float64, requires_grad=True)

    def negative_log_posterior() -> Tensor:
        likelihood = F.cross_entropy((scores + biases) * log_scale.exp(), classes, reduction="sum")
        return likelihood + (biases / PRIOR_DEVIATION).square().sum() / 2

    minimise(negative_log_posterior, [biases, log_scale])
    fitted = biases.detach()
    return (fitted - fitted.mean()).float()
