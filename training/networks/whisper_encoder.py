"""Encoder of OpenAI Whisper (Radford et al. 2022) without its padding to 30 s.

Parameter names are OpenAI's (`blocks.0.attn.query.weight`), so that a published checkpoint loads
unchanged. Inputs have any length up to 30 s; the padding of a batch is masked everywhere.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.features import frame_mask

FRAME_SECONDS = 0.02
MAX_FRAMES = 1500  # positions: 30 s
MAX_TIMESCALE = 10_000.0  # of the sinusoids of the positions (Vaswani et al. 2017)


class Attention(nn.Module):
    """Multi-head self-attention; the key projection has no bias, as in the original."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """(B, F, width) to the same shape; `bias` (B, 1, 1, F) is added to the scores of keys."""
        batch, frames, width = x.shape
        shape = [batch, frames, self.heads, width // self.heads]
        query = self.query(x).view(shape).transpose(1, 2)
        key = self.key(x).view(shape).transpose(1, 2)
        value = self.value(x).view(shape).transpose(1, 2)
        if self.training:  # on a CPU, the backward pass of the fused kernel is the slower one
            scores = (query * (width // self.heads) ** -0.5) @ key.transpose(2, 3) + bias
            mixed = scores.softmax(-1).to(value.dtype) @ value
        else:  # 30 s of audio take half as long, without 72 MB of scores an utterance
            bias = bias.to(query.dtype)
            mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return self.out(mixed.transpose(1, 2).reshape(batch, frames, width))


class EncoderBlock(nn.Module):
    """Attention and a feed-forward network of four times the width, each after a LayerNorm."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attn = Attention(width, heads)
        self.attn_ln = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.mlp_ln = nn.LayerNorm(width)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """(B, F, width) to the same shape; `bias` as of `Attention`."""
        x = x + self.attn(self.attn_ln(x), bias)
        return x + self.mlp(self.mlp_ln(x))


class Encoder(nn.Module):
    """Convolutional stem that halves the frame rate, and transformer blocks.

    The owner runs `embed`, `blocks` and `ln_post` in this order, so that it can use the outputs
    of inner blocks.

    Parameters
    ----------
    mels, width, heads, layers : int
        See `whisper_ctc.WhisperCtc`.
    max_frames : int
        Positions, and so the longest input, in frames of the output.

    Raises
    ------
    ValueError
        If `width` is not a multiple of `heads`.
    """

    positions: Tensor

    def __init__(
        self, mels: int, width: int, heads: int, layers: int, max_frames: int = MAX_FRAMES
    ) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} is not a multiple of heads {heads}")
        self.frame_seconds = FRAME_SECONDS
        self.conv1 = nn.Conv1d(mels, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.blocks = nn.ModuleList(EncoderBlock(width, heads) for _ in range(layers))
        self.ln_post = nn.LayerNorm(width)
        # `positional_embedding` of the checkpoints, which is a constant too.
        self.register_buffer("positions", sinusoids(max_frames, width), persistent=False)

    def embed(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to block inputs (B, F', width) and frames (B,).

        Raises
        ------
        ValueError
            If an input is longer than the positions, by default 30 s.
        """
        x = F.gelu(self.conv1(features.transpose(1, 2)))
        x = x * frame_mask(frames, x.shape[2])[:, None, :].to(x.dtype)
        x = F.gelu(self.conv2(x)).transpose(1, 2)
        if x.shape[1] > self.positions.shape[0]:
            seconds = int(self.positions.shape[0] * self.frame_seconds)
            raise ValueError(f"the audio is longer than {seconds} s, the encoder's positions")
        x = x + self.positions[: x.shape[1]].to(x.dtype)
        return x, torch.div(frames + 1, 2, rounding_mode="floor")

    def layer_depths(self, prefix: str) -> dict[str, int]:
        """Depth below the top of the blocks and, under them, the stem, by `prefix` and name."""
        top = len(self.blocks) - 1
        depths = {f"{prefix}blocks.{index}.": top - index for index in range(top + 1)}
        return depths | {f"{prefix}conv": top + 1}


def sinusoids(frames: int, width: int) -> Tensor:
    """Sinusoidal position encodings, sines then cosines; shape (frames, width)."""
    step = math.log(MAX_TIMESCALE) / (width // 2 - 1)
    rates = torch.exp(-step * torch.arange(width // 2))
    angles = torch.arange(frames)[:, None] * rates[None, :]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def key_bias(inside: Tensor) -> Tensor:
    """Bias (B, 1, 1, F) of attention scores that masks keys outside of `inside` (B, F)."""
    return -1e4 * (~inside)[:, None, None, :].float()  # within the range of float16
