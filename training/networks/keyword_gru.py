"""The classifier of the assignment: GRU layers over a whole clip, one word out.

Published with 2 layers of 256 for the 30 words of Speech Commands (Warden 2018), fed with the raw
waveform, it stayed at chance; fed with MFCC, the same two layers learn.
"""

from typing import Any

import torch
from torch import Tensor, nn

from training.networks.features import frame_mask
from training.networks.gru_encoder import GRULayers


class KeywordGRU(GRULayers):
    """Features of a clip to log-probabilities of words.

    What the layers say is averaged over the clip, each step with a learned weight (soft attention).

    Parameters
    ----------
    labels : list of str
        The words, in the order of the classes.
    dropout : float
        Probability, between layers and before the classifier.
    biases : dict of str to float
        What is added to the scores of words once they are learned (`training.keyword.cross_validation` finds it).
    channels, layers, hidden, stride, picture
        As for `GRULayers`.

    Raises
    ------
    ValueError
        If there is a bias for a word that is no label.
    """

    biases: Tensor

    def __init__(
        self,
        channels: int,
        labels: list[str],
        layers: int = 2,
        hidden: int = 256,
        stride: int = 1,
        dropout: float = 0.2,
        picture: dict[str, Any] | None = None,
        biases: dict[str, float] | None = None,
    ) -> None:
        super().__init__(channels, layers, hidden, stride, dropout, picture)
        self.stride = self.frames_per_step
        self.labels = labels
        self.attention = nn.Linear(hidden, 1)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(hidden, len(labels))
        by_word = biases or {}
        if unknown := by_word.keys() - set(labels):
            raise ValueError(f"a bias for {min(unknown)!r}, which is none of the labels")
        known = torch.tensor([float(by_word.get(word, 0.0)) for word in labels])
        self.register_buffer("biases", known, persistent=False)  # the recipe has them

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, channels), frames (B,) to log-probabilities (B, 1, words), ones (B,)."""
        heard, steps = self.heard(features, lengths)
        outside = ~frame_mask(steps, heard.shape[1])[:, :, None]
        weights = self.attention(heard).float().masked_fill(outside, -float("inf")).softmax(1)
        clip = (heard.float() * weights).sum(1, keepdim=True)
        scores = self.classifier(self.dropout(clip)).float()
        if not self.training:
            scores = scores + self.biases
        return scores.log_softmax(-1), torch.ones_like(steps)
