"""The exported module: a front end and a network under the bundle contract's signature."""

import math

import torch
from torch import Tensor, nn


class Recogniser(nn.Module):
    """A front-end and a network under the one signature of the bundle contract.

    Attributes
    ----------
    alone : bool
        Whether the network lets the utterances of a batch change each other's results, so that
        serving must run it on one at a time.
    context_seconds : float
        How much audio on either side of an output frame can change it; infinite, if all of it can.
    """

    def __init__(
        self,
        front_end: nn.Module,
        network: nn.Module,
        alone: bool = False,
        context_seconds: float = math.inf,
    ) -> None:
        super().__init__()
        self.front_end = front_end
        self.network = network
        self.alone = alone
        self.context_seconds = context_seconds

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), samples (B,) to log-probabilities (B, F, C), frames (B,)."""
        features, frames = self.front_end(waveforms, lengths)
        return self.network(features, frames)


class Alone(nn.Module):
    """Runs each utterance of a batch by itself and without its padding.

    For what lets an utterance's result depend on its company: group normalisation over time, the
    published recurrence over the batch, activations quantised by the range of a whole batch.
    """

    def __init__(self, recogniser: nn.Module) -> None:
        super().__init__()
        self.recogniser = recogniser

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), samples (B,) to log-probabilities (B, F, C), frames (B,)."""
        outputs: list[Tensor] = []
        frames: list[Tensor] = []
        for row in range(waveforms.shape[0]):
            length = lengths[row : row + 1]
            log_probs, count = self.recogniser(waveforms[row : row + 1, : int(length)], length)
            outputs.append(log_probs[0])
            frames.append(count)
        return nn.utils.rnn.pad_sequence(outputs, batch_first=True), torch.cat(frames)
