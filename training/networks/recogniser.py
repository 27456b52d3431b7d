"""The exported module: a front end and a network under the bundle contract's signature."""

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from training.networks.base import FrontEnd, Network


class Recogniser(nn.Module):
    """A front end and a network under the signature of the bundle contract.

    Attributes
    ----------
    batch_independent : bool
        Whether an utterance's result is the same in any batch; if it is not, serving has to run
        one utterance at a time (`PerUtterance`).
    context_seconds : float
        Audio on either side of an output frame that can change it; infinite if all of it can.
    frame_samples : int
        Samples per output frame. Networks that round up at more than one layer return frames
        beyond the end of the audio; these are left out, as in serving.
    """

    if TYPE_CHECKING:  # TorchScript rejects annotations of submodules
        front_end: FrontEnd
        network: Network

    def __init__(
        self,
        front_end: FrontEnd,
        network: Network,
        batch_independent: bool = True,
        context_seconds: float = math.inf,
        frame_samples: int = 1,
    ) -> None:
        super().__init__()
        self.front_end = front_end
        self.network = network
        self.batch_independent = batch_independent
        self.context_seconds = context_seconds
        self.frame_samples = frame_samples

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), samples (B,) to log-probabilities (B, F, C), frames (B,)."""
        features, frames = self.front_end(waveforms, lengths)
        log_probs, frames = self.network(features, frames)
        frames = self.frames_within(frames, lengths)
        return log_probs[:, : int(frames.max())], frames

    def frames_within(self, frames: Tensor, lengths: Tensor) -> Tensor:
        """Output frames (B,) that begin within the samples (B,), at least one."""
        within = torch.div(
            lengths + self.frame_samples - 1, self.frame_samples, rounding_mode="floor"
        )
        return torch.minimum(frames, within.clamp_min(1))


class PerUtterance(nn.Module):
    """Runs a recogniser on one utterance of a batch at a time, without padding.

    For networks whose results depend on the batch: group normalisation over time, the published
    recurrence over the batch axis, activations quantised by the range of a whole batch.
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
