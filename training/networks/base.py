"""Base classes of front ends and networks: the attributes that the registry and training read."""

from typing import ClassVar

from torch import Tensor, nn


class FrontEnd(nn.Module):
    """Features of waveforms, by frame.

    `forward(waveforms (B, T), lengths (B,) in samples)` returns features (B, F, channels) and
    frames (B,). Features beyond an utterance's frames are zero or are ignored by the network.

    Attributes
    ----------
    channels : int
        Features of a frame.
    hop : int
        Samples from one frame to the next.
    context : float
        Samples on either side of a frame's centre that can change it; infinite if the whole
        utterance can.
    """

    channels: int
    hop: int
    context: float


class Network(nn.Module):
    """Log-probabilities of classes, from features.

    `forward(features (B, F, channels), frames (B,))` returns log-probabilities (B, F', classes),
    float32, and output frames (B,). The constructor takes the front end's channels first, then
    the recipe's `parameters` by name.

    Attributes
    ----------
    stride : int
        Frames of features to a frame of output.
    classes : int
        Output classes, the blank included.
    labels : list of str
        Words of the classes, where the network classifies whole clips; else empty.
    reach : int or None
        Frames of features on either side of an output frame that can change it; None if the whole
        utterance can.
    default_front_end : str
        Front end, a key of `FRONT_ENDS`, of a recipe that names none.
    batch_independent : bool
        Whether an utterance's result is the same in any batch. If it is not, the exported network
        runs one utterance at a time.
    """

    stride: int
    classes: int
    labels: list[str]
    reach: int | None
    default_front_end: ClassVar[str] = "log_mel"
    batch_independent: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.labels = []
        self.reach = None

    def forward_training(
        self, features: Tensor, lengths: Tensor
    ) -> tuple[Tensor, list[Tensor], Tensor]:
        """`forward` with the log-probabilities of inner layers, for intermediate losses.

        Returns
        -------
        log_probs : Tensor, shape (B, F', classes)
        intermediate : list of Tensor, shape (B, F', classes of the alphabet) each
            Empty for networks without intermediate classifiers.
        frames : Tensor, shape (B,)
        """
        log_probs, frames = self(features, lengths)
        return log_probs, [], frames

    def layer_depths(self) -> dict[str, int]:
        """Depth below the top of a pre-trained encoder, by prefix of its parameters' names.

        Parameters outside of all prefixes belong to the head. Empty for a network without a
        pre-trained encoder.
        """
        return {}
