"""A convolutional CTC network over time, with a bounded receptive field.

Residual blocks of 1-D convolutions after 4x subsampling. With `separable`, each convolution is
depthwise then pointwise in the manner of QuartzNet (Kriman et al. 2020); without, it is dense with
a short kernel, as in time-delay networks (Waibel et al. 1989), which a CPU with matrix units runs
faster than it runs the depthwise kind.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.conv_blocks import Block
from training.networks.features import frame_mask
from training.networks.spectrogram_cnn import PictureStem

STEM_KERNEL = 5
STEM_STRIDES = (2, 2)
SUBSAMPLING = STEM_STRIDES[0] * STEM_STRIDES[1]
STEM_REACH = STEM_KERNEL // 2 * (1 + STEM_STRIDES[0])  # 6 frames of features


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
    picture : dict
        Where one is wanted: `channels` and `blocks` of a stem of 2-D convolutions beside the other
        (`PictureStem`).

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
        picture: dict[str, Any] | None = None,
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
        self.stem = nn.ModuleList(
            nn.Conv1d(inputs, width, STEM_KERNEL, stride=stride, padding=STEM_KERNEL // 2)
            for inputs, stride in zip((mels, width), STEM_STRIDES, strict=True)
        )
        pictures = [PictureStem(mels, width, **picture)] if picture else []
        self.picture = nn.ModuleList(pictures)
        stem_reach = max([STEM_REACH, *(stem.picture.reach for stem in pictures)])
        self.reach = stem_reach + SUBSAMPLING * blocks_reach + later
        self.blocks = nn.ModuleList(
            Block(width, kernel, dilation, separable, dropout)
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
        for picture in self.picture:
            x = x + picture(features, lengths)
        return x, frames
