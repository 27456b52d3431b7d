"""What a classifier that was trained says of clips, before anything is decided by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from training.data.corpus import Corpus
from training.data.dataset import KeywordDataset, evaluation_loader
from training.fit.checkpoint import trained


@dataclass(frozen=True, eq=False)
class Answers:
    """Log-probabilities (clips, words), and the words that are said, shape (clips,)."""

    log_probs: Tensor
    classes: Tensor

    @staticmethod
    def joined(parts: Sequence["Answers"]) -> "Answers":
        """Those of all parts."""
        return Answers(
            torch.cat([part.log_probs for part in parts]),
            torch.cat([part.classes for part in parts]),
        )

    def right(self, added: Tensor | float = 0.0) -> float:
        """The share of clips whose word has the highest score, with so much added to the scores."""
        return float(((self.log_probs + added).argmax(1) == self.classes).double().mean())


def answers(run: Path, clips: Corpus) -> Answers:
    """What the best checkpoint of `run`, one of a classifier, says of the clips."""
    recogniser, _, _ = trained(run / "best.ckpt")
    labels = cast(list[str], recogniser.network.labels)
    recogniser.eval()
    log_probs, classes = [], []
    with torch.inference_mode():
        for batch in evaluation_loader(KeywordDataset([clips], labels)):
            said, _ = recogniser(batch.waveforms, batch.lengths)
            log_probs.append(said[:, 0])
            classes.append(batch.targets[:, 0])
    return Answers(torch.cat(log_probs), torch.cat(classes))
