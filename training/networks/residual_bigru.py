"""Recogniser of the assignment: residual 2-D convolutions, then bidirectional GRUs, CTC.

Published with 3 convolutional blocks, 5 GRU layers of 512, 128 mels, stride 2 and 29 classes:
23,705,373 parameters. The published code had a bug: every GRU after the first was built with
`batch_first=False` on batch-first input and so ran over the batch axis. `ResidualBiGRU` fixes it
and masks padding; `LegacyResidualBiGRU` is the network as published, for weights trained with it.
"""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.base import Network
from training.networks.features import frame_mask


class ChannelNorm(nn.Module):
    """Layer normalisation over the frequency axis of (B, C, mels, F)."""

    def __init__(self, mels: int) -> None:
        super().__init__()
        self.layer_norm = nn.LayerNorm(mels)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise; the shape stays (B, C, mels, F)."""
        return self.layer_norm(x.transpose(2, 3)).transpose(2, 3)


class ResidualBlock(nn.Module):
    """Two pre-activated 3x3 convolutions with a residual (He et al. 2016); padding is masked."""

    def __init__(self, channels: int, mels: int, dropout: float) -> None:
        super().__init__()
        self.cnn1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.cnn2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.layer_norm1 = ChannelNorm(mels)
        self.layer_norm2 = ChannelNorm(mels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, C, mels, F) to the same shape; `mask` (B, 1, 1, F) is 1 inside an utterance."""
        y = self.cnn1(self.dropout(F.gelu(self.layer_norm1(x))) * mask)
        y = self.cnn2(self.dropout(F.gelu(self.layer_norm2(y))) * mask)
        return x + y


class BidirectionalGRU(nn.Module):
    """Layer norm, GELU, a bidirectional GRU over time, dropout.

    Inference packs the padded batch. Training computes the same with two unidirectional GRUs, the
    backward one over each utterance reversed within its own length, which is 3 times faster:
    torch's fused bfloat16 kernel takes no packed input (541 against 156 ms forward and backward
    for 24 utterances of 190 frames, 512 inputs, 256 units, 2 cores).
    """

    def __init__(self, inputs: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.BiGRU = nn.GRU(inputs, hidden, batch_first=True, bidirectional=True)
        self.layer_norm = nn.LayerNorm(inputs)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(B, F, inputs) and frames (B,) to (B, F, 2 * hidden)."""
        x = F.gelu(self.layer_norm(x))
        return self.dropout(self._fused(x, lengths) if self.training else self._packed(x, lengths))

    def _packed(self, x: Tensor, lengths: Tensor) -> Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(
            x, lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        y, _ = self.BiGRU(packed)
        y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])
        return y

    @torch.jit.unused
    def _fused(self, x: Tensor, lengths: Tensor) -> Tensor:
        order = reversal(lengths, x.shape[1])[:, :, None]
        ahead = self._one_way(x, "")
        back = self._one_way(x.gather(1, order.expand_as(x)), "_reverse")
        return torch.cat([ahead, back.gather(1, order.expand_as(back))], dim=2)

    @torch.jit.unused
    def _one_way(self, x: Tensor, direction: str) -> Tensor:
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        weights = [getattr(self.BiGRU, name + direction) for name in names]
        start = x.new_zeros(1, x.shape[0], self.BiGRU.hidden_size)
        y, _ = torch.gru(x, start, weights, True, 1, 0.0, True, False, True)
        return y


class LegacyGRU(nn.Module):
    """Published layer: runs over padding and, unless `batch_first`, over the batch axis."""

    def __init__(self, inputs: int, hidden: int, dropout: float, batch_first: bool) -> None:
        super().__init__()
        self.BiGRU = nn.GRU(inputs, hidden, batch_first=batch_first, bidirectional=True)
        self.layer_norm = nn.LayerNorm(inputs)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(B, F, inputs) to (B, F, 2 * hidden); `lengths` (B,) is ignored."""
        y, _ = self.BiGRU(F.gelu(self.layer_norm(x)))
        return self.dropout(y)


def reversal(lengths: Tensor, frames: int) -> Tensor:
    """Indices (B, frames) that reverse each utterance within its length, padding excluded."""
    position = torch.arange(frames, device=lengths.device)[None, :]
    return torch.where(position < lengths[:, None], lengths[:, None] - 1 - position, position)


class ResidualBiGRU(Network):
    """Log-mel features to CTC log-probabilities.

    Parameters
    ----------
    mels, classes : int
        Input channels and output classes, the blank included.
    cnn_layers, cnn_channels, rnn_layers, rnn_dim : int
        Depth and width of the two parts.
    stride : int
        Frames of features to a frame of output; the first convolution subsamples both axes.
    dropout : float
        Probability, wherever the published network has dropout.
    """

    def __init__(
        self,
        mels: int = 128,
        classes: int = 29,
        cnn_layers: int = 3,
        cnn_channels: int = 32,
        rnn_layers: int = 5,
        rnn_dim: int = 512,
        stride: int = 2,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.stride = stride
        self.classes = classes
        height = (mels - 1) // stride + 1
        self.cnn = nn.Conv2d(1, cnn_channels, 3, stride=stride, padding=1)
        self.rescnn_layers = nn.ModuleList(
            ResidualBlock(cnn_channels, height, dropout) for _ in range(cnn_layers)
        )
        self.fully_connected = nn.Linear(cnn_channels * height, rnn_dim)
        inputs = [rnn_dim] + [2 * rnn_dim] * (rnn_layers - 1)
        self.birnn_layers = nn.ModuleList(
            self._gru(width, rnn_dim, dropout, layer) for layer, width in enumerate(inputs)
        )
        self.classifier = nn.Sequential(
            nn.Linear(2 * rnn_dim, rnn_dim),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(rnn_dim, classes),
        )

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to log-probabilities (B, F', classes), frames (B,)."""
        lengths = torch.div(lengths - 1, self.stride, rounding_mode="floor") + 1
        x = self.cnn(features.transpose(1, 2).unsqueeze(1))
        mask = self._mask(lengths, x.shape[3]).to(x.dtype)
        for block in self.rescnn_layers:
            x = block(x, mask)
        x = self.fully_connected(x.flatten(1, 2).transpose(1, 2))
        for layer in self.birnn_layers:
            x = layer(x, lengths)
        return self.classifier(x).float().log_softmax(-1), lengths

    def _gru(self, inputs: int, hidden: int, dropout: float, _layer: int) -> nn.Module:
        return BidirectionalGRU(inputs, hidden, dropout)

    def _mask(self, lengths: Tensor, frames: int) -> Tensor:
        """Mask (B, 1, 1, F) of the frames inside each utterance."""
        return frame_mask(lengths, frames)[:, None, None, :]


class LegacyResidualBiGRU(ResidualBiGRU):
    """The network as published: padding and the batch axis change an utterance's result."""

    default_front_end: ClassVar[str] = "mel_power"
    batch_independent: ClassVar[bool] = False

    def _gru(self, inputs: int, hidden: int, dropout: float, layer: int) -> nn.Module:
        return LegacyGRU(inputs, hidden, dropout, batch_first=layer == 0)

    def _mask(self, lengths: Tensor, frames: int) -> Tensor:
        return torch.ones_like(frame_mask(lengths, frames))[:, None, None, :]
