"""The layers of `KeywordGRU` under CTC: what `keyword_gru` begins with.

Sentences of many people teach them the sounds of speech, which single words of a few people do not.
"""

from torch import Tensor, nn

from training.networks.keyword_gru import side_by_side

OUTPUTS_PER_STEP = 2  # people say more characters a second than the layers take steps


class SpeechGRU(nn.Module):
    """Features to CTC log-probabilities, by GRU layers that run forward only.

    Parameters
    ----------
    channels, classes : int
        Input channels and output classes, the blank included.
    layers, hidden : int
        Depth and width.
    stride : int
        Frames of features that the layers take at a step, side by side; even.
    dropout : float
        Probability, between layers and before the classifier.

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
        stride: int = 2,
        classes: int = 29,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.stride = stride // OUTPUTS_PER_STEP
        self.at_once, self.outputs_per_step = stride, OUTPUTS_PER_STEP
        self.classes = classes
        self.gru = nn.GRU(channels * stride, hidden, layers, batch_first=True, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(hidden, classes * OUTPUTS_PER_STEP)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, channels), frames (B,) to log-probabilities (B, F', classes), frames."""
        steps, lengths = side_by_side(features, lengths, self.at_once)
        heard, _ = self.gru(steps)
        logits = self.classifier(self.dropout(heard)).float()
        outputs = logits.reshape(features.shape[0], -1, self.classes)
        return outputs.log_softmax(-1), lengths * self.outputs_per_step
