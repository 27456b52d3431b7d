"""Keyword classifier on the first blocks of Whisper's encoder, by attention pooling over a clip.

The encoder stays frozen in the recipes. Its inner blocks represent what is said across speakers
and microphones, so that a small head learns any list of words from few clips.
"""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.base import Network
from training.networks.features import frame_mask
from training.networks.keyword_gru import class_bias_vector
from training.networks.whisper_encoder import Encoder, key_bias

# 10 s: room for augmentation of clips of 6 s. Whisper's 1500 positions would be 2 MB more.
MAX_FRAMES = 500


class WhisperKeyword(Network):
    """Whisper's log-mel features of a clip to log-probabilities of words.

    Encodings of the last block that is used are normalised by `encoder.ln_post`, projected,
    convolved over time, and averaged with learned weights (attention pooling).

    Parameters
    ----------
    mels : int
        Input channels.
    labels : list of str
        The words, in the order of the classes.
    width, heads : int
        Size of the encoder; see `training.networks.whisper_ctc`.
    layers : int
        Blocks of the encoder that are used, from the first on.
    hidden : int
        Width of the head.
    kernel : int
        Width of the head's convolution in frames of 20 ms; odd.
    dropout : float
        Probability before the projection and before the classifier.
    class_bias : dict of str to float, optional
        See `KeywordGRU`.

    Raises
    ------
    ValueError
        If `class_bias` names a word that is not among the labels, or the width is not a multiple
        of the heads.
    """

    default_front_end: ClassVar[str] = "whisper_log_mel"
    class_bias: Tensor

    def __init__(
        self,
        mels: int,
        labels: list[str],
        width: int = 512,
        heads: int = 8,
        layers: int = 4,
        hidden: int = 128,
        kernel: int = 5,
        dropout: float = 0.3,
        class_bias: dict[str, float] | None = None,
    ) -> None:
        super().__init__()
        self.stride = 2
        self.labels = labels
        self.classes = len(labels)
        self.encoder = Encoder(mels, width, heads, layers, MAX_FRAMES)
        self.projection = nn.Linear(width, hidden)
        self.convolution = nn.Conv1d(hidden, hidden, kernel, padding=kernel // 2)
        self.norm = nn.LayerNorm(hidden)
        self.attention = nn.Linear(hidden, 1)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(hidden, len(labels))
        self.register_buffer("class_bias", class_bias_vector(labels, class_bias), persistent=False)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to log-probabilities (B, 1, words), ones (B,)."""
        x, frames = self.encoder.embed(features, lengths)
        inside = frame_mask(frames, x.shape[1])
        bias = key_bias(inside)
        for block in self.encoder.blocks:
            x = block(x, bias)
        clip = self.pool(self.encoder.ln_post(x), inside[:, :, None])
        logits = self.classifier(self.dropout(clip)).float()
        if not self.training:
            logits = logits + self.class_bias
        return logits.log_softmax(-1), torch.ones_like(frames)

    def pool(self, encoded: Tensor, inside: Tensor) -> Tensor:
        """Encodings (B, F, width), mask (B, F, 1) to encodings of clips (B, 1, hidden)."""
        x = F.gelu(self.projection(self.dropout(encoded))) * inside.to(encoded.dtype)
        x = self.norm(x + F.gelu(self.convolution(x.transpose(1, 2)).transpose(1, 2)))
        weights = self.attention(x).float().masked_fill(~inside, -float("inf")).softmax(1)
        return (x.float() * weights).sum(1, keepdim=True)

    def layer_depths(self) -> dict[str, int]:
        """Depth of the encoder's layers; its LayerNorm belongs to the head."""
        return self.encoder.layer_depths("encoder.")
