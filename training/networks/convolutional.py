"""A convolutional CTC network over time, with a bounded receptive field.

Residual blocks of 1-D convolutions after 4x subsampling. With `separable`, each convolution is
depthwise then pointwise in the manner of QuartzNet (Kriman et al. 2020); without, it is dense with
a short kernel, as in time-delay networks (Waibel et al. 1989), which a CPU with matrix units runs
faster than it runs the depthwise kind.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.features import frame_mask

STEM_KERNEL = 5
STEM_STRIDES = (2, 2)
STEM_REACH = STEM_KERNEL // 2 * (1 + STEM_STRIDES[0])  # 6 frames of features


class Block(nn.Module):
    """Norm, convolution, GELU, pointwise, dropout, around a skip."""

    def __init__(
        self, width: int, kernel: int, dilation: int, separable: bool, dropout: float
    ) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.convolution = nn.Conv1d(
            width,
            width,
            kernel,
            padding=dilation * (kernel // 2),
            dilation=dilation,
            groups=width if separable else 1,
        )
        self.pointwise = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, F, width) to the same shape; `mask` (B, F, 1) is 1 inside an utterance."""
        y = self.norm(x) * mask
        y = self.convolution(y.transpose(1, 2)).transpose(1, 2)
        return x + self.dropout(self.pointwise(F.gelu(y)))


class Convolutional(nn.Module):
    """Log-mel features to CTC log-probabilities.

    Parameters
    ----------
    mels, classes : int
        Input channels and output classes, the blank included.
    width : int
        Channels of every block.
    kernels, dilations : list of int
        Of the blocks' convolutions, in order; kernels are odd.
    separable : bool
        Whether the convolutions are depthwise.
    dropout : float
        Probability, once a block.

    Attributes
    ----------
    stride, reach : int
        Frames of features to a frame of output, and how many of them it hears on either side.
    """

    def __init__(
        self,
        mels: int,
        width: int,
        kernels: list[int],
        dilations: list[int] | None = None,
        separable: bool = False,
        classes: int = 29,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.stride = STEM_STRIDES[0] * STEM_STRIDES[1]
        dilations = dilations or [1] * len(kernels)
        self.reach = STEM_REACH + self.stride * sum(
            kernel // 2 * dilation for kernel, dilation in zip(kernels, dilations, strict=True)
        )
        self.stem = nn.ModuleList(
            nn.Conv1d(inputs, width, STEM_KERNEL, stride=stride, padding=STEM_KERNEL // 2)
            for inputs, stride in zip((mels, width), STEM_STRIDES, strict=True)
        )
        self.blocks = nn.ModuleList(
            Block(width, kernel, dilation, separable, dropout)
            for kernel, dilation in zip(kernels, dilations, strict=True)
        )
        self.norm = nn.LayerNorm(width)
        self.classifier = nn.Linear(width, classes)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to log-probabilities (B, F', classes), frames (B,)."""
        x = features.transpose(1, 2)
        for stem in self.stem:
            x = F.gelu(stem(x))
            lengths = torch.div(lengths - 1, 2, rounding_mode="floor") + 1
            x = x * frame_mask(lengths, x.shape[2])[:, None, :].to(x.dtype)
        x = x.transpose(1, 2)
        mask = frame_mask(lengths, x.shape[1])[:, :, None].to(x.dtype)
        for block in self.blocks:
            x = block(x, mask)
        return self.classifier(self.norm(x)).float().log_softmax(-1), lengths
