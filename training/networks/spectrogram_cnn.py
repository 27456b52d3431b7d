"""2-D CNN over the spectrogram: strided convolutions in time and frequency, residual ones between.

Sharing weights along frequency, as in VGG-like and Conformer stems, makes features of speakers with
different formants similar up to a shift in frequency.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.features import frame_mask

SUBSAMPLING = 4  # of time and of frequency, by two stages


class ConvStage(nn.Module):
    """A strided 2-D convolution, then residual ones, over frames and bands."""

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


class SpectrogramCnn(nn.Module):
    """Two convolution stages, then layer normalisation over bands and channels.

    Parameters
    ----------
    mels : int
        Input bands.
    channels : int
        Channels of every convolution.
    blocks : list of int
        Residual convolutions at half and at a quarter of the frame rate.

    Attributes
    ----------
    width : int
        Output features of a frame: channels times remaining bands.
    reach : int
        Frames of features on either side of an output frame that can change it.
    """

    def __init__(self, mels: int, channels: int, blocks: list[int]) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            ConvStage(inputs, channels, count)
            for inputs, count in zip((1, channels), blocks, strict=True)
        )
        self.width = (mels + SUBSAMPLING - 1) // SUBSAMPLING * channels
        half, quarter = blocks
        self.reach = 1 + 2 * half + 2 + 4 * quarter
        self.norm = nn.LayerNorm(self.width)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to (B, ceil(F / 4), width), and frames (B,)."""
        x = features.unsqueeze(1)
        for stage in self.stages:
            x, lengths = stage(x, lengths)
        return self.norm(x.permute(0, 2, 3, 1).flatten(2)), lengths


class SpectrogramCnnStem(nn.Module):
    """`SpectrogramCnn` projected to `width` features, as a second stem of a trained network.

    The projection is zero at first, so adding the stem does not change the network's output.
    """

    def __init__(self, mels: int, width: int, channels: int, blocks: list[int]) -> None:
        super().__init__()
        self.cnn = SpectrogramCnn(mels, channels, blocks)
        self.projection = nn.Linear(self.cnn.width, width)
        nn.init.zeros_(self.projection.weight)
        nn.init.zeros_(self.projection.bias)

    def forward(self, features: Tensor, lengths: Tensor) -> Tensor:
        """Features (B, F, mels), frames (B,) to (B, ceil(F / 4), width)."""
        x, _ = self.cnn(features, lengths)
        return self.projection(x)
