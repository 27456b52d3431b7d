"""Lightning module of keyword classification: cross-entropy loss, and accuracy on dev."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from training.augment import WaveformAugmentation
from training.data.corpus import Corpus
from training.data.dataset import KeywordDataset, TrainingSet
from training.data.loaders import Batch
from training.evaluation.metrics import accuracy
from training.fit.module import RecipeModule
from training.recipe import Recipe


class KeywordModule(RecipeModule):
    """Classification of a whole clip as one of the network's labels."""

    monitor, mode = "dev_accuracy", "max"

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self.labels = self.recogniser.network.labels

    def dataset(
        self, corpora: Sequence[Corpus], augmentation: WaveformAugmentation | None = None
    ) -> TrainingSet:
        """Clips with the index of their label; raises InputError for a transcript without one."""
        return KeywordDataset(corpora, self.labels, augmentation, self.recipe.seed)

    def loss(self, log_probs: Tensor, frames: Tensor, batch: Batch) -> Tensor:
        """Mean cross-entropy of log-probabilities (batch, 1, labels); `frames` is ignored."""
        return F.nll_loss(log_probs[:, 0], batch.targets[:, 0])

    def predict(self, log_probs: Tensor) -> list[int]:
        """Index of the most probable label, from log-probabilities (1, labels)."""
        return [int(log_probs[0].argmax())]

    def scores(
        self, references: Sequence[Sequence[int]], hypotheses: Sequence[Sequence[int]]
    ) -> dict[str, float]:
        """Share of the clips that are classified correctly."""
        return {"dev_accuracy": accuracy(references, hypotheses)}
