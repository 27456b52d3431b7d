"""Parts that a trained network can be given: at first they add nothing to what it does.

The last linear layer of each begins at zero, so that a network grown by one gives exactly what it
gave before, and learns from there (as in Net2Net, Chen et al. 2016). `training.initial` lets the
weights of these parts, and of no others, be missing where it takes weights from.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.features import frame_mask
from training.networks.blocks import Attention, Block
from training.networks.picture import Picture

INNER_KERNEL = 5


class Addition(nn.Module):
    """A part that changes nothing until it is trained."""

    @staticmethod
    def _silent(layer: nn.Linear) -> nn.Linear:
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
        return layer


class PictureStem(Addition):
    """What is seen in the spectrogram as a picture, beside what another stem hears."""

    def __init__(self, mels: int, width: int, channels: int, blocks: list[int]) -> None:
        super().__init__()
        self.picture = Picture(mels, channels, blocks)
        self.tell = self._silent(nn.Linear(self.picture.width, width))

    def forward(self, features: Tensor, lengths: Tensor) -> Tensor:
        """Features (B, F, mels), frames (B,) to (B, F', width) at a quarter of the rate."""
        seen, _ = self.picture(features, lengths)
        return self.tell(seen)


class Conditioning(Addition):
    """Self-conditioned CTC (Nozaki and Komatsu 2021): what is spelled so far, told to what follows.

    Its predictions are trained as those of the last block are (inter-CTC, Lee and Watanabe 2021).
    """

    def __init__(self, width: int, after: int, classes: int, outputs_per_frame: int) -> None:
        super().__init__()
        self.after = after
        self.classes = classes
        self.norm = nn.LayerNorm(width)
        self.classifier = nn.Linear(width, classes * outputs_per_frame)
        self.tell = self._silent(nn.Linear(classes * outputs_per_frame, width))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, F, width) to the same shape, and log-probabilities (B, F * outputs, classes)."""
        logits = self.classifier(self.norm(x)).float()
        log_probs = logits.reshape(x.shape[0], -1, self.classes).log_softmax(-1)
        told = log_probs.exp().reshape(x.shape[0], x.shape[1], -1).to(x.dtype)
        return x + self.tell(told), log_probs


class Layer(nn.Module):
    """Two convolutional blocks, then attention over the whole utterance."""

    def __init__(self, width: int, dilation: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.near = Block(width, INNER_KERNEL, 1, False, dropout)
        self.far = Block(width, INNER_KERNEL, dilation, False, dropout)
        self.attention = Attention(width, heads, dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, F, width) to the same shape; `mask` (B, F, 1) is 1 inside an utterance."""
        return self.attention(self.far(self.near(x, mask), mask), mask)


class Hourglass(Addition):
    """Convolution and attention at half the rate, as the narrow part of an hourglass.

    As in Zipformer (Yao et al. 2024), what reaches far is heard at a slow rate: half the frames
    cost half of the convolutions and a quarter of the attention, and reach twice as far.

    Parameters
    ----------
    width, inner_width : int
        Channels around it and inside of it.
    dilations : list of int
        Of its layers in order (`Layer`).
    heads : int
        Of their attention.
    """

    def __init__(
        self,
        width: int,
        after: int,
        inner_width: int,
        dilations: list[int],
        heads: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.after = after
        self.norm = nn.LayerNorm(width)
        self.narrow = nn.Linear(2 * width, inner_width)
        self.layers = nn.ModuleList(
            Layer(inner_width, dilation, heads, dropout) for dilation in dilations
        )
        self.last_norm = nn.LayerNorm(inner_width)
        self.widen = self._silent(nn.Linear(inner_width, 2 * width))

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(B, F, width), frames (B,) to the same shape."""
        batch, frames, width = x.shape
        y = self.norm(x) * frame_mask(lengths, frames)[:, :, None].to(x.dtype)
        y = F.pad(y, (0, 0, 0, frames % 2))
        y = self.narrow(y.reshape(batch, -1, 2 * width))
        halves = torch.div(lengths + 1, 2, rounding_mode="floor")
        mask = frame_mask(halves, y.shape[1])[:, :, None].to(y.dtype)
        for layer in self.layers:
            y = layer(y, mask)
        y = self.widen(self.last_norm(y)).reshape(batch, -1, width)
        return x + y[:, :frames]
