"""Conformer CTC network (Gulati et al. 2020) on torchaudio's layers, independent of padding.

torchaudio's Conformer masks attention only: its convolutions read padding, and its normalisation
there runs over the batch or over all of time. Here the input of each convolution is masked, and
its output is normalised over the channels of each frame.
"""

from typing import Any

import torch
import torch.nn.functional as F
import torchaudio
from torch import Tensor, nn

from training.networks.base import Network
from training.networks.features import frame_mask

STEM_KERNEL = 3


class MaskedConvolution(nn.Module):
    """Convolution module of a torchaudio Conformer layer, with its input masked."""

    def __init__(self, module: Any, width: int) -> None:  # noqa: ANN401 - torchaudio has no types
        super().__init__()
        expand, gate, depthwise, _, activation, contract, dropout = module.sequential.children()
        self.layer_norm = module.layer_norm
        self.expand = nn.Sequential(expand, gate)
        self.depthwise = depthwise
        self.norm = nn.LayerNorm(width)
        self.contract = nn.Sequential(activation, contract, dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, F, width) to the same shape; `mask` (B, 1, F) is 1 inside an utterance."""
        y = self.expand(self.layer_norm(x).transpose(1, 2)) * mask
        y = self.norm(self.depthwise(y).transpose(1, 2)).transpose(1, 2)
        return self.contract(y).transpose(1, 2)


class ConformerLayer(nn.Module):
    """Half feed-forward, attention, convolution, half feed-forward, each with a residual."""

    def __init__(self, layer: Any, width: int) -> None:  # noqa: ANN401 - torchaudio has no types
        super().__init__()
        self.ffn1 = layer.ffn1
        self.attention_norm = layer.self_attn_layer_norm
        self.attention = layer.self_attn
        self.attention_dropout = layer.self_attn_dropout
        self.convolution = MaskedConvolution(layer.conv_module, width)
        self.ffn2 = layer.ffn2
        self.norm = layer.final_layer_norm

    def forward(self, x: Tensor, mask: Tensor, padding: Tensor) -> Tensor:
        """(B, F, width) to the same shape; `padding` (B, F) is True where `mask` (B, 1, F) is 0."""
        x = x + 0.5 * self.ffn1(x)
        y = self.attention_norm(x).transpose(0, 1)
        y, _ = self.attention(y, y, y, key_padding_mask=padding, need_weights=False)
        x = x + self.attention_dropout(y.transpose(0, 1))
        x = x + self.convolution(x, mask)
        return self.norm(x + 0.5 * self.ffn2(x))


class Conformer(Network):
    """Log-mel features to CTC log-probabilities.

    Two strided 2-D convolutions subsample time and frequency by 4 before the layers.

    Parameters
    ----------
    mels, classes : int
        Input channels and output classes, the blank included.
    width, layers, heads : int
        Size of the Conformer; its feed-forward parts are `expansion` times as wide.
    kernel : int
        Width of the depthwise convolutions in frames; odd.
    channels : int
        Channels of the subsampling convolutions.
    dropout : float
        Probability, applied once in each part of a layer.
    """

    def __init__(
        self,
        mels: int,
        width: int,
        layers: int,
        heads: int = 4,
        expansion: int = 4,
        kernel: int = 15,
        channels: int = 32,
        classes: int = 29,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.stride = 4
        self.classes = classes
        self.stem = nn.ModuleList(
            nn.Conv2d(inputs, channels, STEM_KERNEL, stride=2, padding=STEM_KERNEL // 2)
            for inputs in (1, channels)
        )
        height = (mels - 1) // self.stride + 1
        self.project = nn.Sequential(nn.Linear(channels * height, width), nn.Dropout(dropout))
        conformer = torchaudio.models.Conformer(
            width, heads, expansion * width, layers, kernel, dropout=dropout
        )
        self.layers = nn.ModuleList(
            ConformerLayer(layer, width) for layer in conformer.conformer_layers
        )
        self.classifier = nn.Linear(width, classes)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to log-probabilities (B, F', classes), frames (B,)."""
        x = features.unsqueeze(1)
        for stem in self.stem:
            x = F.silu(stem(x))
            lengths = torch.div(lengths - 1, 2, rounding_mode="floor") + 1
            x = x * frame_mask(lengths, x.shape[2])[:, None, :, None].to(x.dtype)
        x = self.project(x.transpose(1, 2).flatten(2))
        inside = frame_mask(lengths, x.shape[1])
        mask = inside[:, None, :].to(x.dtype)
        for layer in self.layers:
            x = layer(x, mask, ~inside)
        return self.classifier(x).float().log_softmax(-1), lengths
