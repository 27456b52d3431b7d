"""Whisper's encoder with a convolutional CTC head, optionally self-conditioned.

Sizes of OpenAI's models, for which `python -m training import-pretrained` writes initial weights:

========== ===== ===== ======
model      width heads layers
========== ===== ===== ======
tiny.en      384     6      4
base         512     8      6
small        768    12     12
========== ===== ===== ======
"""

from typing import ClassVar

import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.base import Network
from training.networks.features import frame_mask
from training.networks.whisper_encoder import Encoder, key_bias

# Classes by `labels`, the blank (the last) included: ' space a-z, or space ' - . , ? ! A-Z a-z.
CLASSES = {"plain": 29, "written": 60}


class SelfConditioning(nn.Module):
    """Self-conditioned CTC (Nozaki and Komatsu 2021) between two encoder blocks.

    Class probabilities predicted from an inner block are projected back and added to the input of
    the next. The projection starts at zero, so that pre-trained blocks keep their inputs.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.classifier = nn.Linear(width, classes)
        self.projection = nn.Linear(classes, width)
        nn.init.zeros_(self.projection.weight)
        nn.init.zeros_(self.projection.bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, F, width) to the same shape, and log-probabilities (B, F, classes)."""
        log_probs = self.classifier(self.norm(x)).float().log_softmax(-1)
        return x + self.projection(log_probs.exp().to(x.dtype)), log_probs


class ConvolutionalHead(nn.Module):
    """Residual convolutions over frames, with a LayerNorm before each and after the last.

    The first is needed because the encoder's output has a few channels of very large values.
    """

    def __init__(self, width: int, layers: int, kernel: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(layers))
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, kernel, padding=kernel // 2) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, F, width) to the same shape; `mask` (B, F, 1) is 1 inside an utterance."""
        for norm, convolution in zip(self.norms, self.convolutions):  # noqa: B905 - TorchScript
            x = norm(x) * mask
            x = x + F.gelu(convolution(x.transpose(1, 2)).transpose(1, 2))
        return self.norm(x)


class WhisperCtc(Network):
    """Whisper's log-mel features to CTC log-probabilities, 50 frames a second, up to 30 s.

    Parameters
    ----------
    mels : int
        Input channels.
    width, heads, layers : int
        Size of the encoder.
    head_layers, head_kernel : int
        Convolutions of the head, and their width in frames; odd.
    self_conditioning_block : int, optional
        Index of the block after which the encoder is conditioned on its own predictions; None
        disables self-conditioning.
    labels : str
        Output classes, a key of `CLASSES`: `plain` are the 29 of `training.data.text.ALPHABET`,
        `written` the 60 of `training.data.written_text`, with capitals and punctuation.
    dropout : float
        Probability before the classifier. The encoder has none: its residual stream has a few
        channels of very large values, and fine-tuning with dropout there lost what was learned.

    Raises
    ------
    ValueError
        If `labels` or the block is unknown, or the width no multiple of the heads.
    """

    default_front_end: ClassVar[str] = "whisper_log_mel"

    def __init__(
        self,
        mels: int,
        width: int = 512,
        heads: int = 8,
        layers: int = 6,
        head_layers: int = 2,
        head_kernel: int = 5,
        self_conditioning_block: int | None = None,
        labels: str = "plain",
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if labels not in CLASSES:
            raise ValueError(f"labels {labels!r} are unknown; use one of {', '.join(CLASSES)}")
        if self_conditioning_block is not None and self_conditioning_block not in range(layers - 1):
            raise ValueError(
                f"self_conditioning_block {self_conditioning_block} is not the index of a block "
                f"before the last; use 0 to {layers - 2}"
            )
        self.stride = 2
        self.classes = CLASSES[labels]
        self.encoder = Encoder(mels, width, heads, layers)
        conditioned = self_conditioning_block is not None
        self.conditioned_block = self_conditioning_block if conditioned else -1
        # Self-conditioning predicts the characters without case, whichever labels are output.
        self.self_conditioning = nn.ModuleList(
            [SelfConditioning(width, CLASSES["plain"])] if conditioned else []
        )
        self.head = ConvolutionalHead(width, head_layers, head_kernel)
        self.dropout = nn.Dropout(dropout)
        # Named by its labels: weights with both classifiers fit a network with either.
        self.classifiers = nn.ModuleDict({labels: nn.Linear(width, self.classes)})

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to log-probabilities (B, F', classes), frames (B,)."""
        log_probs, _, frames = self.forward_training(features, lengths)
        return log_probs, frames

    def forward_training(
        self, features: Tensor, lengths: Tensor
    ) -> tuple[Tensor, list[Tensor], Tensor]:
        """Log-probabilities of the output and of the self-conditioned block, and frames (B,)."""
        intermediate: list[Tensor] = []
        x, frames = self.encoder.embed(features, lengths)
        inside = frame_mask(frames, x.shape[1])
        bias = key_bias(inside)
        for index, block in enumerate(self.encoder.blocks):
            x = block(x, bias)
            if index == self.conditioned_block:
                for conditioning in self.self_conditioning:
                    x, log_probs = conditioning(x)
                    intermediate.append(log_probs)
        x = self.head(self.encoder.ln_post(x), inside[:, :, None].to(x.dtype))
        x = self.dropout(x)
        for classifier in self.classifiers.values():
            x = classifier(x)
        return x.float().log_softmax(-1), intermediate, frames

    def layer_depths(self) -> dict[str, int]:
        """Depth of the encoder's layers."""
        return self.encoder.layer_depths("encoder.") | {"encoder.ln_post.": 0}
