"""Unidirectional GRU encoder over features, optionally behind a 2-D CNN."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.base import Network
from training.networks.features import frame_mask
from training.networks.spectrogram_cnn import SUBSAMPLING, SpectrogramCnn


class GRUEncoder(Network):
    """GRU layers shared by the keyword classifier and the CTC network, for transfer learning.

    The layers run forward only, so that padding, which comes last, cannot reach an utterance.

    Parameters
    ----------
    channels : int
        Input channels.
    layers, hidden : int
        Depth and width.
    frame_stack : int
        Consecutive frames concatenated into one step of the layers.
    dropout : float
        Probability, between layers.
    conv2d_stem : dict, optional
        `channels` and `blocks` of a `SpectrogramCnn` before the layers, whose input is then mel
        channels; it divides the frame rate by 4.

    Attributes
    ----------
    frames_per_step : int
        Frames of features to a step of the layers.
    """

    def __init__(
        self,
        channels: int,
        layers: int,
        hidden: int,
        frame_stack: int,
        dropout: float,
        conv2d_stem: dict[str, Any] | None,
    ) -> None:
        super().__init__()
        stems = [SpectrogramCnn(channels, **conv2d_stem)] if conv2d_stem else []
        self.conv2d_stem = nn.ModuleList(stems)
        width = stems[0].width if stems else channels
        self.frame_stack = frame_stack
        self.frames_per_step = frame_stack * (SUBSAMPLING if stems else 1)
        self.gru = nn.GRU(width * frame_stack, hidden, layers, batch_first=True, dropout=dropout)

    def encode(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, channels), frames (B,) to encodings (B, F', hidden), steps (B,)."""
        features = features * frame_mask(lengths, features.shape[1])[:, :, None]
        for stem in self.conv2d_stem:
            features, lengths = stem(features, lengths)
            features = features * frame_mask(lengths, features.shape[1])[:, :, None]
        padded = F.pad(features, [0, 0, 0, -features.shape[1] % self.frame_stack])
        steps = padded.reshape(features.shape[0], -1, features.shape[2] * self.frame_stack)
        y, _ = self.gru(steps)
        return y, torch.div(lengths + self.frame_stack - 1, self.frame_stack, rounding_mode="floor")
