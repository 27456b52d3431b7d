"""Forward GRU layers over features, or over the picture that the features are seen as."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.features import frame_mask
from training.networks.spectrogram_cnn import Picture


class GRULayers(nn.Module):
    """What a classifier of words and a recogniser of sentences can have in common.

    The layers run forward only, so that padding, which comes last, cannot reach an utterance.

    Parameters
    ----------
    channels : int
        Input channels.
    layers, hidden : int
        Depth and width.
    stride : int
        Frames that the layers take at a step, side by side.
    dropout : float
        Probability, between layers.
    picture : dict
        Where one is wanted: `channels` and `blocks` of the `Picture` that the features, then mel
        channels, are seen as; the layers take what it gives, at a quarter of the rate.

    Attributes
    ----------
    frames_per_step : int
        Frames of features that a step of the layers stands for.
    """

    def __init__(
        self,
        channels: int,
        layers: int,
        hidden: int,
        stride: int,
        dropout: float,
        picture: dict[str, Any] | None,
    ) -> None:
        super().__init__()
        pictures = [Picture(channels, **picture)] if picture else []
        self.picture = nn.ModuleList(pictures)
        taken = pictures[0].width if pictures else channels
        self.at_once = stride
        self.frames_per_step = stride * (4 if pictures else 1)
        self.gru = nn.GRU(taken * stride, hidden, layers, batch_first=True, dropout=dropout)

    def heard(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, channels), frames (B,) to what was heard (B, F', hidden), steps (B,)."""
        features = features * frame_mask(lengths, features.shape[1])[:, :, None]
        for picture in self.picture:
            features, lengths = picture(features, lengths)
            features = features * frame_mask(lengths, features.shape[1])[:, :, None]
        padded = F.pad(features, [0, 0, 0, -features.shape[1] % self.at_once])
        steps = padded.reshape(features.shape[0], -1, features.shape[2] * self.at_once)
        y, _ = self.gru(steps)
        return y, torch.div(lengths + self.at_once - 1, self.at_once, rounding_mode="floor")
