"""The layers of `KeywordGRU` under CTC: what a classifier of words can begin with.

Sentences of many people teach them the sounds of speech, which single words of a few people do not.
"""

from typing import Any

from torch import Tensor, nn

from training.networks.gru_encoder import GRULayers

OUTPUTS_PER_STEP = 2  # people say more characters a second than the layers take steps


class SpeechGRU(GRULayers):
    """Features to CTC log-probabilities.

    Parameters
    ----------
    classes : int
        Output classes, the blank included.
    dropout : float
        Probability, between layers and before the classifier.
    channels, layers, hidden, at_once, picture
        As for `GRULayers`, whose `stride` is `at_once` here.

    Attributes
    ----------
    stride : int
        Frames of features to a frame of output.
    """

    def __init__(
        self,
        channels: int,
        layers: int = 2,
        hidden: int = 256,
        at_once: int = 2,
        classes: int = 29,
        dropout: float = 0.1,
        picture: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(channels, layers, hidden, at_once, dropout, picture)
        self.stride = self.frames_per_step // OUTPUTS_PER_STEP
        self.outputs_per_step = OUTPUTS_PER_STEP
        self.classes = classes
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(hidden, classes * OUTPUTS_PER_STEP)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, channels), frames (B,) to log-probabilities (B, F', classes), frames."""
        heard, steps = self.heard(features, lengths)
        logits = self.classifier(self.dropout(heard)).float()
        outputs = logits.reshape(features.shape[0], -1, self.classes)
        return outputs.log_softmax(-1), steps * self.outputs_per_step
