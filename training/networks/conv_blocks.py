"""Residual 1-D convolution blocks with masked padding, and channel dropout.

Activations stay channels-last in memory, which linear layers and norms need: 2-D convolutions of
images one pixel high take them without a copy, 1-D convolutions do not.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ChannelDropout(nn.Module):
    """Spatial dropout: drops channels of whole utterances (Tompson et al. 2015).

    Element-wise dropout would cost as much as a block's convolution.

    Parameters
    ----------
    p : float
        Probability of dropping a channel.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """(B, F, channels) to the same shape; kept channels are scaled by 1 / (1 - p)."""
        if not self.training or self.p == 0.0:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[2], device=x.device) >= self.p
        return x * (kept.to(x.dtype) / (1 - self.p))


class ConvBlock(nn.Module):
    """Layer norm, convolution, GELU, pointwise layer and dropout, with a residual."""

    def __init__(
        self, width: int, kernel: int, dilation: int, separable: bool, dropout: float
    ) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.convolution = nn.Conv2d(
            width,
            width,
            (1, kernel),
            padding=(0, dilation * (kernel // 2)),
            dilation=(1, dilation),
            groups=width if separable else 1,
        )
        self.pointwise = nn.Linear(width, width)
        self.dropout = ChannelDropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, F, width) to the same shape; `mask` (B, F, 1) is 1 inside an utterance."""
        y = self.norm(x) * mask
        y = self.convolution(y.transpose(1, 2).unsqueeze(2)).squeeze(2).transpose(1, 2)
        return x + self.dropout(self.pointwise(F.gelu(y)))
