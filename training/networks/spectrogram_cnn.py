"""The spectrogram as a picture: what is heard in one band is known in the next.

Strided 2-D convolutions, as in VGG-like and Conformer stems, with residual ones between: people
whose formants lie elsewhere look alike, moved up or down.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.features import frame_mask


class Stage(nn.Module):
    """A strided 2-D convolution, then residual ones, of frames by bands."""

    def __init__(self, inputs: int, channels: int, blocks: int) -> None:
        super().__init__()
        self.strided = nn.Conv2d(inputs, channels, 3, stride=2, padding=1)
        self.blocks = nn.ModuleList(
            nn.Conv2d(channels, channels, 3, padding=1) for _ in range(blocks)
        )

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """(B, inputs, F, bands), frames (B,) to half as many frames and bands, and frames (B,)."""
        x = F.gelu(self.strided(x))
        lengths = torch.div(lengths + 1, 2, rounding_mode="floor")
        mask = frame_mask(lengths, x.shape[2])[:, None, :, None].to(x.dtype)
        x = x * mask
        for block in self.blocks:
            x = (x + F.gelu(block(x))) * mask
        return x, lengths


class Picture(nn.Module):
    """Two stages, then a norm over bands and channels.

    Parameters
    ----------
    channels : int
        Of the picture.
    blocks : list of int
        Residual convolutions at half the rate and at a quarter.

    Attributes
    ----------
    width : int
        What comes out of each frame: channels of each band.
    reach : int
        Frames of features that one of the output sees on either side.
    """

    def __init__(self, mels: int, channels: int, blocks: list[int]) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            Stage(inputs, channels, count)
            for inputs, count in zip((1, channels), blocks, strict=True)
        )
        self.width = (mels + 3) // 4 * channels
        half, quarter = blocks
        self.reach = 1 + 2 * half + 2 + 4 * quarter
        self.norm = nn.LayerNorm(self.width)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to (B, F', width), a quarter as many, and frames."""
        x = features.unsqueeze(1)
        for stage in self.stages:
            x, lengths = stage(x, lengths)
        return self.norm(x.permute(0, 2, 3, 1).flatten(2)), lengths


class PictureStem(nn.Module):
    """A picture, told to a network of `width` channels; it says nothing until it has learned to."""

    def __init__(self, mels: int, width: int, channels: int, blocks: list[int]) -> None:
        super().__init__()
        self.picture = Picture(mels, channels, blocks)
        self.tell = nn.Linear(self.picture.width, width)
        nn.init.zeros_(self.tell.weight)
        nn.init.zeros_(self.tell.bias)

    def forward(self, features: Tensor, lengths: Tensor) -> Tensor:
        """Features (B, F, mels), frames (B,) to (B, F', width) at a quarter of the rate."""
        seen, _ = self.picture(features, lengths)
        return self.tell(seen)
