"""What convolutional networks are built of: blocks around a skip, blind to padding.

Activations lie in memory with their channels last throughout, as linear layers and norms want
them: convolutions of 2-D images one pixel high take them as they are, those of one dimension only
after a copy.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ChannelDropout(nn.Module):
    """Drops channels of whole utterances with probability `p` (Tompson et al. 2015).

    To draw for every element of a block costs as much as its convolution.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """(B, F, channels) to the same shape; what stays is scaled up as it is in dropout."""
        if not self.training or self.p == 0.0:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[2], device=x.device) >= self.p
        return x * (kept.to(x.dtype) / (1 - self.p))


class Block(nn.Module):
    """Norm, convolution, GELU, pointwise, dropout, around a skip."""

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
