"""GRU encoder with a CTC or frame-classification head, to pre-train the keyword classifier.

Sentences of many speakers train the encoder on the sounds of speech, for which the keyword data set
has too few speakers.
"""

from typing import Any

from torch import Tensor, nn

from training.networks.gru_encoder import GRUEncoder

OUTPUTS_PER_STEP = 2  # speech has more characters a second than the encoder has steps


class CtcGRU(GRUEncoder):
    """Features to CTC log-probabilities.

    Parameters
    ----------
    classes : int
        Output classes, the blank included.
    dropout : float
        Probability, between layers and before the classifier.
    channels, layers, hidden, frame_stack, conv2d_stem
        See `GRUEncoder`.
    """

    def __init__(
        self,
        channels: int,
        layers: int = 2,
        hidden: int = 256,
        frame_stack: int = 2,
        classes: int = 29,
        dropout: float = 0.1,
        conv2d_stem: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(channels, layers, hidden, frame_stack, dropout, conv2d_stem)
        self.stride = self.frames_per_step // OUTPUTS_PER_STEP
        self.outputs_per_step = OUTPUTS_PER_STEP
        self.classes = classes
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(hidden, classes * OUTPUTS_PER_STEP)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, channels), frames (B,) to log-probabilities (B, F', classes), frames."""
        encoded, steps = self.encode(features, lengths)
        logits = self.classifier(self.dropout(encoded)).float()
        outputs = logits.reshape(features.shape[0], -1, self.classes)
        return outputs.log_softmax(-1), steps * self.outputs_per_step
