"""The classifier of single words, over what a recogniser of sentences hears instead of features.

A few people who say single words do not teach what speech has in common between people; a
recogniser has it from the sentences of hundreds.
"""

from torch import Tensor

from training.networks.convolutional import Convolutional
from training.networks.keyword_gru import KeywordGRU


class KeywordOnSpeech(Convolutional):
    """Log-mel features of a clip to log-probabilities of words.

    A recipe takes the weights of the convolutions from a run of `Convolutional` (`initial`, with
    `initial_shared`); they stay as they are, and only the classifier learns.

    Parameters
    ----------
    mels : int
        Input channels.
    labels : list of str
        The words, in the order of the classes.
    width, kernels, dilations
        Of the recogniser, as `Convolutional` has them.
    layers, hidden, dropout
        Of the classifier, as `KeywordGRU` has them.
    """

    def __init__(
        self,
        mels: int,
        labels: list[str],
        width: int,
        kernels: list[int],
        dilations: list[int] | None = None,
        layers: int = 2,
        hidden: int = 256,
        dropout: float = 0.2,
    ) -> None:
        super().__init__(mels, width, kernels, dilations, dropout=0.0)
        del self.classifier
        for parameter in self.parameters():
            parameter.requires_grad_(False)
        self.labels = labels
        self.keyword = KeywordGRU(width, labels, layers, hidden, dropout=dropout)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F, mels), frames (B,) to log-probabilities (B, 1, words), ones (B,)."""
        heard, frames = self.hear(features, lengths)
        return self.keyword(heard, frames)
