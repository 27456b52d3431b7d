"""Predictions of a trained keyword classifier: the log-probabilities of its words for each clip."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.data.corpus import Corpus
from training.data.dataset import KeywordDataset
from training.data.loaders import evaluation_loader
from training.fit.checkpoint import load_recogniser


@dataclass(frozen=True, eq=False)
class Predictions:
    """Predictions for the clips of a data set.

    Attributes
    ----------
    log_probs : Tensor, shape (clips, words), float32
    classes : Tensor, shape (clips,), int64
        Indices of the spoken words.
    """

    log_probs: Tensor
    classes: Tensor

    @staticmethod
    def concatenate(parts: Sequence["Predictions"]) -> "Predictions":
        """Concatenate predictions in the order of `parts`."""
        return Predictions(
            torch.cat([part.log_probs for part in parts]),
            torch.cat([part.classes for part in parts]),
        )

    def accuracy(self, class_bias: Tensor | float = 0.0) -> float:
        """Share of correctly classified clips, with `class_bias`, shape (words,), added."""
        predicted = (self.log_probs + class_bias).argmax(1)
        return float((predicted == self.classes).double().mean())


def predict(run: Path, clips: Corpus) -> Predictions:
    """Run the best checkpoint of the keyword classifier in `run` on clips.

    Raises
    ------
    OSError
        If the run has no checkpoint.
    """
    recogniser, _, _ = load_recogniser(run / "best.ckpt")
    labels = recogniser.network.labels
    recogniser.eval()
    log_probs, classes = [], []
    with torch.inference_mode():
        for batch in evaluation_loader(KeywordDataset([clips], labels)):
            output, _ = recogniser(batch.waveforms, batch.lengths)
            log_probs.append(output[:, 0])
            classes.append(batch.targets[:, 0])
    return Predictions(torch.cat(log_probs), torch.cat(classes))
