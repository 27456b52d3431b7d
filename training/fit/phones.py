"""The Lightning module of frames: cross-entropy of the phone that each is of, and accuracy on dev.

Layers learn so from hours what takes days under CTC, which leaves open when a sound is said.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from training.data.dataset import Batch
from training.data.phones import (
    FRAME_SECONDS,
    INDEX,
    PHONES,
    SILENCE,
)
from training.errors import InputError
from training.fit.module import RecipeModule
from training.recipe import Recipe

NOTHING = -1  # beyond a clip's end


class PhoneModule(RecipeModule):
    """Learns which of `PHONES` each frame of output is of, in clips of a `SpanDataset`.

    Raises
    ------
    InputError
        If the network has another number of classes, or of frames to one of output than a whole.
    """

    monitor, mode = "dev_accuracy", "max"

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self.step = round(self.frame_seconds / FRAME_SECONDS)  # frames to one of output
        if not math.isclose(self.step * FRAME_SECONDS, self.frame_seconds):
            raise InputError(f"an output lasts {self.frame_seconds} s, not whole frames of 0.01 s")
        if getattr(self.recogniser.network, "classes", None) != len(PHONES):
            raise InputError(f"the network's classes are to be the {len(PHONES)} phones")

    def loss(self, log_probs: Tensor, frames: Tensor, batch: Batch) -> Tensor:
        """Mean cross-entropy of all frames."""
        said = [
            torch.tensor([INDEX[phone] for phone in text.split()[:: self.step]])
            for text in batch.texts
        ]
        phones = pad_sequence(said, batch_first=True, padding_value=NOTHING)
        outputs = min(phones.shape[1], log_probs.shape[1])
        return F.nll_loss(
            log_probs[:, :outputs].transpose(1, 2),
            phones[:, :outputs].to(log_probs.device),
            ignore_index=NOTHING,
        )

    def read(self, log_probs: Tensor) -> str:
        """The most probable phone of each frame of output."""
        return " ".join(PHONES[index] for index in log_probs.argmax(-1).tolist())

    def scores(self, references: list[str], hypotheses: list[str]) -> dict[str, float]:
        """The share of frames of phones, not of silence, that are right."""
        right = [
            said == heard
            for reference, hypothesis in zip(references, hypotheses, strict=True)
            for said, heard in zip(
                reference.split()[:: self.step], hypothesis.split(), strict=False
            )
            if said != SILENCE
        ]
        return {"dev_accuracy": float(np.mean(right))}
