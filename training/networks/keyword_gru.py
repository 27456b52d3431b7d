"""Keyword classifier of the assignment: a GRU encoder with attention pooling over a clip.

Published with 2 layers of 256 for the 30 words of Speech Commands (Warden 2018) on the raw
waveform, where it stayed at chance; on MFCC the same two layers learn.
"""

from typing import Any

import torch
from torch import Tensor, nn

from training.networks.features import frame_mask
from training.networks.gru_encoder import GRUEncoder


class KeywordGRU(GRUEncoder):
    """Features of a clip to log-probabilities of words.

    Encodings are averaged over the clip with learned weights (attention pooling).

    Parameters
    ----------
    labels : list of str
        The words, in the order of the classes.
    dropout : float
        Probability, between layers and before the classifier.
    class_bias : dict of str to float, optional
        Correction added to the logits of words outside training, as fitted by
        `training.keyword.cross_validation`.
    channels, layers, hidden, frame_stack, conv2d_stem
        See `GRUEncoder`.

    Raises
    ------
    ValueError
        If `class_bias` names a word that is not among the labels.
    """

    class_bias: Tensor

    def __init__(
        self,
        channels: int,
        labels: list[str],
        layers: int = 2,
        hidden: int = 256,
        frame_stack: int = 1,
        dropout: float = 0.2,
        conv2d_stem: dict[str, Any] | None = None,
        class_bias: dict[str, float] | None = None,
    ) -> None:
        super().__init__(channels, layers, hidden, frame_stack, dropout, conv2d_stem)
        self.stride = self.frames_per_step
        self.labels = labels
        self.classes = len(labels)
        self.attention = nn.Linear(hidden, 1)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(hidden, len(labels))
        # Not persistent: it is stored in the recipe.
        self.register_buffer("class_bias", class_bias_vector(labels, class_bias), persistent=False)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, channels), frames (B,) to log-probabilities (B, 1, words), ones (B,)."""
        encoded, steps = self.encode(features, lengths)
        outside = ~frame_mask(steps, encoded.shape[1])[:, :, None]
        weights = self.attention(encoded).float().masked_fill(outside, -float("inf")).softmax(1)
        clip = (encoded.float() * weights).sum(1, keepdim=True)
        logits = self.classifier(self.dropout(clip)).float()
        if not self.training:
            logits = logits + self.class_bias
        return logits.log_softmax(-1), torch.ones_like(steps)


def class_bias_vector(labels: list[str], class_bias: dict[str, float] | None) -> Tensor:
    """Class biases (words,) in the order of `labels`, 0 where `class_bias` has none.

    Raises
    ------
    ValueError
        If `class_bias` names a word that is not among the labels.
    """
    by_word = class_bias or {}
    if unknown := by_word.keys() - set(labels):
        raise ValueError(f"class_bias for {min(unknown)!r}, which is not among the labels")
    return torch.tensor([float(by_word.get(word, 0.0)) for word in labels])
