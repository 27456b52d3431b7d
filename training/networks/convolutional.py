"""A convolutional CTC network over time, with a bounded receptive field.

Residual blocks of 1-D convolutions after 4x subsampling. With `separable`, each convolution is
depthwise then pointwise in the manner of QuartzNet (Kriman et al. 2020); without, it is dense with
a short kernel, as in time-delay networks (Waibel et al. 1989), which a CPU with matrix units runs
faster than it runs the depthwise kind.

Activations lie in memory with their channels last throughout, as linear layers and norms want
them: convolutions of 2-D images one pixel high take them as they are, those of one dimension only
after a copy.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.features import frame_mask

STEM_KERNEL = 5
STEM_STRIDES = (2, 2)
SUBSAMPLING = STEM_STRIDES[0] * STEM_STRIDES[1]
STEM_REACH = STEM_KERNEL // 2 * (1 + STEM_STRIDES[0])  # 6 frames of features


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
    outputs_per_frame : int
        How many frames of output the classifier gives for one of the blocks, 1 or 2: as in
        sub-pixel convolution (Shi et al. 2016), people who speak faster than blocks run can be
        spelled, and no block runs faster for it.
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
        outputs_per_frame: int = 1,
        classes: int = 29,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.stride = SUBSAMPLING // outputs_per_frame
        self.outputs_per_frame = outputs_per_frame
        self.classes = classes
        dilations = dilations or [1] * len(kernels)
        blocks_reach = sum(
            kernel // 2 * dilation for kernel, dilation in zip(kernels, dilations, strict=True)
        )
        # The later output of a frame lies that much after what it hears most to its left.
        later = SUBSAMPLING - self.stride
        self.reach = STEM_REACH + SUBSAMPLING * blocks_reach + later
        self.stem = nn.ModuleList(
            nn.Conv1d(inputs, width, STEM_KERNEL, stride=stride, padding=STEM_KERNEL // 2)
            for inputs, stride in zip((mels, width), STEM_STRIDES, strict=True)
        )
        self.blocks = nn.ModuleList(
            Block(width, kernel, dilation, separable, dropout)
            for kernel, dilation in zip(kernels, dilations, strict=True)
        )
        self.norm = nn.LayerNorm(width)
        self.classifier = nn.Linear(width, classes * outputs_per_frame)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to log-probabilities (B, F', classes), frames (B,)."""
        x = features.transpose(1, 2)
        for stem in self.stem:
            x = F.gelu(stem(x))
            lengths = torch.div(lengths - 1, 2, rounding_mode="floor") + 1
            x = x * frame_mask(lengths, x.shape[2])[:, None, :].to(x.dtype)
        x = x.transpose(1, 2).contiguous()
        mask = frame_mask(lengths, x.shape[1])[:, :, None].to(x.dtype)
        for block in self.blocks:
            x = block(x, mask)
        logits = self.classifier(self.norm(x)).float()
        outputs = logits.reshape(x.shape[0], -1, self.classes)
        return outputs.log_softmax(-1), lengths * self.outputs_per_frame
