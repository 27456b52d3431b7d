"""The classifier of the assignment: GRU layers over a whole clip, one word out.

Published with 2 layers of 256 for the 30 words of Speech Commands (Warden 2018), fed with the raw
waveform, it stayed at chance; fed with MFCC, the same two layers learn.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.features import frame_mask
from training.networks.picture import Picture


class KeywordGRU(nn.Module):
    """Features of a clip to log-probabilities of words.

    The layers run forward only, so that padding, which comes last, cannot reach a clip's frames;
    what they say is averaged over the clip, each frame with a learned weight (soft attention).

    Parameters
    ----------
    channels : int
        Input channels.
    labels : list of str
        The words, in the order of the classes.
    layers, hidden : int
        Depth and width.
    stride : int
        Frames that the layers take at a step, side by side.
    picture : dict
        Where one is wanted: `channels` and `blocks` of the `Picture` that the features, then mel
        channels, are seen as; the layers take what it gives, at a quarter of the rate.
    dropout : float
        Probability, between layers and before the classifier.
    """

    def __init__(
        self,
        channels: int,
        labels: list[str],
        layers: int = 2,
        hidden: int = 256,
        stride: int = 1,
        dropout: float = 0.2,
        picture: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.stride = stride
        self.labels = labels
        pictures = [Picture(channels, **picture)] if picture else []
        self.picture = nn.ModuleList(pictures)
        taken = pictures[0].width if pictures else channels
        self.gru = nn.GRU(taken * stride, hidden, layers, batch_first=True, dropout=dropout)
        self.attention = nn.Linear(hidden, 1)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(hidden, len(labels))

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, channels), frames (B,) to log-probabilities (B, 1, words), ones (B,)."""
        features = features * frame_mask(lengths, features.shape[1])[:, :, None]
        for picture in self.picture:
            features, lengths = picture(features, lengths)
            features = features * frame_mask(lengths, features.shape[1])[:, :, None]
        missing = -features.shape[1] % self.stride
        padded = F.pad(features, [0, 0, 0, missing])
        steps = padded.reshape(features.shape[0], -1, features.shape[2] * self.stride)
        heard, _ = self.gru(steps)
        lengths = torch.div(lengths + self.stride - 1, self.stride, rounding_mode="floor")
        outside = ~frame_mask(lengths, steps.shape[1])[:, :, None]
        weights = self.attention(heard).float().masked_fill(outside, -float("inf")).softmax(1)
        clip = (heard.float() * weights).sum(1, keepdim=True)
        scores = self.classifier(self.dropout(clip))
        return scores.float().log_softmax(-1), torch.ones_like(lengths)
