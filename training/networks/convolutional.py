"""A convolutional CTC network over time, with a bounded receptive field.

Residual blocks of 1-D convolutions after 4x subsampling. With `separable`, each convolution is
depthwise then pointwise in the manner of QuartzNet (Kriman et al. 2020); without, it is dense with
a short kernel, as in time-delay networks (Waibel et al. 1989), which a CPU with matrix units runs
faster than it runs the depthwise kind.

Two additions give up that bound for what they know of the whole utterance: predictions half-way
up, told to the blocks above, and an hourglass of blocks with attention at half the rate.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.features import frame_mask
from training.networks.additions import Conditioning, Hourglass, PictureStem
from training.networks.blocks import Block
from training.phones import CLASSES as PHONES

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
    conditioned : list of int
        After so many blocks, what is spelled there is told to those that follow (`Conditioning`).
    phones : int
        After so many blocks, phones are heard and told likewise; 0: nowhere.
    picture : dict
        Where one is wanted: `channels` and `blocks` of a stem of 2-D convolutions beside the other
        (`PictureStem`).
    hourglass : dict
        Where one is wanted: `after` so many blocks, and its `inner_width`, `dilations` and `heads`
        (`Hourglass`).

    Attributes
    ----------
    stride, reach : int
        Frames of features to a frame of output, and how many of them it hears on either side;
        with an hourglass, which hears all, `reach` is None.
    early : list of str
        What the predictions before the last are of, in order: `characters` or `phones`.
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
        conditioned: list[int] | None = None,
        phones: int = 0,
        picture: dict[str, Any] | None = None,
        hourglass: dict[str, Any] | None = None,
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
        reach = STEM_REACH + SUBSAMPLING * blocks_reach + later
        self.reach = None if hourglass else reach
        self.stem = nn.ModuleList(
            nn.Conv1d(inputs, width, STEM_KERNEL, stride=stride, padding=STEM_KERNEL // 2)
            for inputs, stride in zip((mels, width), STEM_STRIDES, strict=True)
        )
        self.picture = nn.ModuleList([PictureStem(mels, width, **picture)] if picture else [])
        self.blocks = nn.ModuleList(
            Block(width, kernel, dilation, separable, dropout)
            for kernel, dilation in zip(kernels, dilations, strict=True)
        )
        self.hourglass = nn.ModuleList(
            [Hourglass(width, dropout=dropout, **hourglass)] if hourglass else []
        )
        self.conditioning = nn.ModuleList(
            Conditioning(width, after, classes, outputs_per_frame) for after in conditioned or []
        )
        self.pronouncing = nn.ModuleList(
            Conditioning(width, after, PHONES, outputs_per_frame) for after in (phones,) if after
        )
        parts = {"phones": [phones], "characters": conditioned or []}
        self.early = [
            alphabet
            for after in range(1, len(kernels) + 1)
            for alphabet, places in parts.items()
            if after in places
        ]
        self.norm = nn.LayerNorm(width)
        self.classifier = nn.Linear(width, classes * outputs_per_frame)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to log-probabilities (B, F', classes), frames (B,)."""
        predictions, frames = self.predictions(features, lengths)
        return predictions[-1], frames

    def predictions(self, features: Tensor, lengths: Tensor) -> tuple[list[Tensor], Tensor]:
        """As `forward`, of each place where something is spelled, the last block's at the end."""
        x, lengths = self._subsampled(features, lengths)
        mask = frame_mask(lengths, x.shape[1])[:, :, None].to(x.dtype)
        predictions: list[Tensor] = []
        for index, block in enumerate(self.blocks):
            x = block(x, mask)
            for conditioning in self.pronouncing:
                if conditioning.after == index + 1:
                    x, log_probs = conditioning(x)
                    predictions.append(log_probs)
            for conditioning in self.conditioning:
                if conditioning.after == index + 1:
                    x, log_probs = conditioning(x)
                    predictions.append(log_probs)
            for hourglass in self.hourglass:
                if hourglass.after == index + 1:
                    x = hourglass(x, lengths)
        logits = self.classifier(self.norm(x)).float()
        outputs = logits.reshape(x.shape[0], -1, self.classes)
        predictions.append(outputs.log_softmax(-1))
        return predictions, lengths * self.outputs_per_frame

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
