"""Lightning module of phone classification by frame: cross-entropy loss, and accuracy on dev.

Pre-training of acoustic layers on aligned speech. It takes hours where CTC, which has no alignment,
takes days.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from training.augment import WaveformAugmentation
from training.data.corpus import Corpus
from training.data.dataset import TrainingSet
from training.data.loaders import TARGET_PADDING, Batch
from training.data.phone_spans import PhoneSpanDataset
from training.data.phones import FRAME_SECONDS, PHONE_INDEX, PHONES, SILENCE
from training.errors import InputError
from training.fit.module import RecipeModule
from training.recipe import Recipe


class PhoneModule(RecipeModule):
    """Classification of each output frame as one of `PHONES`.

    Raises
    ------
    InputError
        If an output frame is not a multiple of 10 ms, or the network has not a class for each
        phone.
    """

    monitor, mode = "dev_accuracy", "max"

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self.stride = round(self.frame_seconds / FRAME_SECONDS)  # target frames per output frame
        if not math.isclose(self.stride * FRAME_SECONDS, self.frame_seconds):
            raise InputError(
                f"network: an output frame lasts {self.frame_seconds} s; "
                f"task 'phones' needs a multiple of {FRAME_SECONDS} s"
            )
        classes = self.recogniser.network.classes
        if classes != len(PHONES):
            raise InputError(
                f"network: it has {classes} classes; task 'phones' needs {len(PHONES)}"
            )

    def dataset(
        self, corpora: Sequence[Corpus], augmentation: WaveformAugmentation | None = None
    ) -> TrainingSet:
        """Spans of words with the phone of each 10 ms frame."""
        return PhoneSpanDataset(corpora, augmentation, self.recipe.seed)

    def loss(self, log_probs: Tensor, frames: Tensor, batch: Batch) -> Tensor:
        """Mean cross-entropy of all frames that have a target; `frames` is ignored."""
        targets = batch.targets[:, :: self.stride]
        outputs = min(targets.shape[1], log_probs.shape[1])
        return F.nll_loss(
            log_probs[:, :outputs].transpose(1, 2),
            targets[:, :outputs],
            ignore_index=TARGET_PADDING,
        )

    def predict(self, log_probs: Tensor) -> list[int]:
        """Index of the most probable phone of each output frame."""
        return [int(index) for index in log_probs.argmax(-1)]

    def scores(
        self, references: Sequence[Sequence[int]], hypotheses: Sequence[Sequence[int]]
    ) -> dict[str, float]:
        """Share of the speech frames that are classified correctly; silence is not counted."""
        correct = [
            phone == prediction
            for reference, hypothesis in zip(references, hypotheses, strict=True)
            for phone, prediction in zip(reference[:: self.stride], hypothesis, strict=False)
            if phone != PHONE_INDEX[SILENCE]
        ]
        return {"dev_accuracy": float(np.mean(correct))}
