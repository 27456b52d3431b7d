"""One utterance at a time: the batch contract for networks that cannot keep it by themselves."""

import torch
from torch import Tensor, nn


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
