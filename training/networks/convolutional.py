"""Convolutional CTC network with a bounded receptive field.

Residual blocks of 1-D convolutions after 4x subsampling. With `separable`, each convolution is
depthwise then pointwise, as in QuartzNet (Kriman et al. 2020); otherwise dense with a short kernel,
as in time-delay networks (Waibel et al. 1989), which CPUs with matrix units run faster than
depthwise ones.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.base import Network
from training.networks.conv_blocks import ConvBlock
from training.networks.features import frame_mask
from training.networks.spectrogram_cnn import SpectrogramCnnStem

STEM_KERNEL = 5
STEM_STRIDES = (2, 2)
SUBSAMPLING = STEM_STRIDES[0] * STEM_STRIDES[1]
STEM_REACH = STEM_KERNEL // 2 * (1 + STEM_STRIDES[0])  # frames of features: 6


class Convolutional(Network):
    """Log-mel features to CTC log-probabilities.

    Parameters
    ----------
    mels, classes : int
        Input channels and output classes, the blank included.
    width : int
        Channels of every block.
    kernels, dilations : list of int
        Widths and dilations of the blocks' convolutions, in order; kernels are odd.
    separable : bool
        Whether the convolutions are depthwise.
    outputs_per_frame : int
        Output frames of the classifier for each frame of the blocks, 1 or 2. As in sub-pixel
        convolution (Shi et al. 2016), this gives fast speech the output frames that CTC needs
        without a higher frame rate in the blocks.
    dropout : float
        Probability, applied once in each block.
    conv2d_stem : dict, optional
        `channels` and `blocks` of a second stem of 2-D convolutions (`SpectrogramCnnStem`), whose
        output is added to the first stem's output.
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
        conv2d_stem: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.stride = SUBSAMPLING // outputs_per_frame
        self.outputs_per_frame = outputs_per_frame
        self.classes = classes
        dilations = dilations or [1] * len(kernels)
        blocks_reach = sum(
            kernel // 2 * dilation for kernel, dilation in zip(kernels, dilations, strict=True)
        )
        # The second output of a frame lies this many features after the first.
        later = SUBSAMPLING - self.stride
        self.stem = nn.ModuleList(
            nn.Conv1d(inputs, width, STEM_KERNEL, stride=stride, padding=STEM_KERNEL // 2)
            for inputs, stride in zip((mels, width), STEM_STRIDES, strict=True)
        )
        stems = [SpectrogramCnnStem(mels, width, **conv2d_stem)] if conv2d_stem else []
        self.conv2d_stem = nn.ModuleList(stems)
        stem_reach = max([STEM_REACH, *(stem.cnn.reach for stem in stems)])
        self.reach = stem_reach + SUBSAMPLING * blocks_reach + later
        self.blocks = nn.ModuleList(
            ConvBlock(width, kernel, dilation, separable, dropout)
            for kernel, dilation in zip(kernels, dilations, strict=True)
        )
        self.norm = nn.LayerNorm(width)
        self.classifier = nn.Linear(width, classes * outputs_per_frame)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to log-probabilities (B, F', classes), frames (B,)."""
        x, lengths = self._subsampled(features, lengths)
        mask = frame_mask(lengths, x.shape[1])[:, :, None].to(x.dtype)
        for block in self.blocks:
            x = block(x, mask)
        logits = self.classifier(self.norm(x)).float()
        outputs = logits.reshape(x.shape[0], -1, self.classes)
        return outputs.log_softmax(-1), lengths * self.outputs_per_frame

    def _subsampled(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x, frames = features.transpose(1, 2), lengths
        for stem in self.stem:
            x = F.gelu(stem(x))
            frames = torch.div(frames + 1, 2, rounding_mode="floor")
            x = x * frame_mask(frames, x.shape[2])[:, None, :].to(x.dtype)
        x = x.transpose(1, 2).contiguous()
        for stem in self.conv2d_stem:
            x = x + stem(features, lengths)
        return x, frames
