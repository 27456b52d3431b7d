"""The Lightning module of a classifier of whole clips: cross-entropy, and accuracy on dev."""

from collections.abc import Iterable
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor

from training.data.dataset import Batch
from training.errors import InputError
from training.evaluation.metrics import accuracy
from training.fit.module import RecipeModule
from training.recipe import Recipe


class KeywordModule(RecipeModule):
    """Learns which of its network's labels a clip says."""

    monitor, mode = "dev_accuracy", "max"

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self.labels = cast(list[str], self.recogniser.network.labels)

    def loss(self, log_probs: Tensor, frames: Tensor, batch: Batch) -> Tensor:
        """Cross-entropy of the label that each clip says."""
        classes = [self.labels.index(word) for word in batch.texts]
        return F.nll_loss(log_probs[:, 0], torch.tensor(classes, device=log_probs.device))

    def check_texts(self, texts: Iterable[str]) -> None:
        """Raise InputError for a clip of a word that is not among the labels."""
        if unknown := set(texts) - set(self.labels):
            raise InputError(f"a clip says {min(unknown)!r}, which is none of the labels")

    def read(self, log_probs: Tensor) -> str:
        """The most probable word."""
        return self.labels[int(log_probs[0].argmax())]

    def scores(self, references: list[str], hypotheses: list[str]) -> dict[str, float]:
        """The share of clips that are right."""
        return {"dev_accuracy": accuracy(references, hypotheses)}
