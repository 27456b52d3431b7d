"""Lightning modules: training and validation of a recipe; CTC loss, WER and CER on dev."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar

import torch
from lightning import LightningModule
from torch import Tensor

from asr.decoding import ctc
from training.augment import SpecAugment, WaveformAugmentation
from training.data import text
from training.data.corpus import Corpus
from training.data.dataset import SpeechDataset, TrainingSet, WrittenDataset
from training.data.loaders import Batch
from training.data.written_text import WRITTEN_ALPHABET, alphabet_of, is_written
from training.errors import InputError
from training.evaluation.metrics import score
from training.fit import optimiser
from training.fit.ctc_loss import ctc_losses, plain_targets, written_losses
from training.networks.features import LogMel
from training.networks.registry import build
from training.recipe import Recipe

# Loss is per character; in an utterance without text, this many frames count as one character.
SILENCE_FRAMES_PER_CHARACTER = 8


class RecipeModule(LightningModule, ABC):
    """Training of a recipe's recogniser; a subclass defines the task.

    Attributes
    ----------
    monitor, mode : str
        Metric on dev that selects the best checkpoint, and whether its best is `min` or `max`.
    """

    monitor: ClassVar[str]
    mode: ClassVar[str]

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.save_hyperparameters({"recipe": asdict(recipe)})
        self.recipe = recipe
        self.recogniser, self.frame_seconds = build(
            recipe.network, recipe.front_end, recipe.parameters
        )
        optimiser.freeze(self.recogniser, recipe.frozen)
        self.spec_augment = SpecAugment(**recipe.spec_augment)
        self._dev_pairs: list[tuple[list[int], list[int]]] = []
        self._dev_loss: list[tuple[float, int]] = []

    @abstractmethod
    def dataset(
        self, corpora: Sequence[Corpus], augmentation: WaveformAugmentation | None = None
    ) -> TrainingSet:
        """Data set of `corpora` with the targets of the task."""

    @abstractmethod
    def loss(self, log_probs: Tensor, frames: Tensor, batch: Batch) -> Tensor:
        """Mean loss of a batch.

        Parameters
        ----------
        log_probs : Tensor, shape (batch, frames, classes)
        frames : Tensor, shape (batch,)
            Valid frames of each item.
        """

    @abstractmethod
    def predict(self, log_probs: Tensor) -> list[int]:
        """Most probable class indices, comparable to a target, of one item (frames, classes)."""

    @abstractmethod
    def scores(
        self, references: Sequence[Sequence[int]], hypotheses: Sequence[Sequence[int]]
    ) -> dict[str, float]:
        """Metrics of the whole dev set by name, from its targets and predictions."""

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Seed masks and dropout by step, so that a resumed run repeats them."""
        seed = self.recipe.seed * 1_000_003 + self.global_step + self.global_rank * 10_000_019
        torch.manual_seed(seed % 2**32)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        """Loss (a scalar) of one batch, with SpecAugment."""
        features, frames = self._augmented_features(batch)
        network = self.recogniser.network
        log_probs, intermediate, output_frames = network.forward_training(features, frames)
        output_frames = self.recogniser.frames_within(output_frames, batch.lengths)
        loss = self.loss(log_probs, output_frames, batch)
        if intermediate:
            inner = torch.stack([self.loss(each, output_frames, batch) for each in intermediate])
            loss = loss + self.recipe.intermediate_loss_weight * inner.mean()
        self.log("train_loss", loss, prog_bar=True, batch_size=len(batch.lengths))
        return loss

    def _augmented_features(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Features (B, F, channels), masked and, on a frequency axis, warped, and frames (B,)."""
        front_end = self.recogniser.front_end
        if not isinstance(front_end, LogMel):
            features, frames = front_end(batch.waveforms, batch.lengths)
            return self.spec_augment(features, frames), frames
        spectrum, frames = front_end.spectrum(batch.waveforms, batch.lengths)
        return front_end.features(self.spec_augment(spectrum, frames, front_end.top_hertz)), frames

    def validation_step(self, batch: Batch, _: int) -> None:
        """Collect the loss and the predictions of one dev batch."""
        log_probs, frames = self.recogniser(batch.waveforms, batch.lengths)
        self._dev_loss.append((float(self.loss(log_probs, frames, batch)), len(batch.lengths)))
        targets = zip(batch.targets, batch.target_lengths, strict=True)
        for row, count, (target, length) in zip(log_probs, frames, targets, strict=True):
            prediction = self.predict(row[:count].float().cpu())
            self._dev_pairs.append((target[:length].tolist(), prediction))

    def on_validation_epoch_end(self) -> None:
        """Log loss and metrics of the whole dev set."""
        references, hypotheses = zip(*self._dev_pairs, strict=True)
        weight = sum(n for _, n in self._dev_loss)
        self.log("dev_loss", sum(loss * n for loss, n in self._dev_loss) / weight)
        for name, value in self.scores(references, hypotheses).items():
            self.log(name, value, prog_bar=True)
        self._dev_pairs.clear()
        self._dev_loss.clear()

    def configure_gradient_clipping(
        self,
        optimizer: object,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Clip the norm of the gradient.

        Lightning refuses this for a fused optimiser, which may rescale gradients; bfloat16 needs no
        scaling.
        """
        torch.nn.utils.clip_grad_norm_(self.parameters(), gradient_clip_val or math.inf)

    def configure_optimizers(self) -> Any:  # noqa: ANN401 - Lightning's own union of dicts
        """AdamW and its learning-rate schedule."""
        optimizer = optimiser.build(self.recogniser, self.recipe)
        scheduler = torch.optim.lr_scheduler.LambdaLR(
            optimizer,
            lambda step: optimiser.learning_rate_factor(
                step, self.recipe.warmup_steps, self.recipe.steps, self.recipe.decay_steps
            ),
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": "step"},
        }


class CtcModule(RecipeModule):
    """CTC training on characters, without alignment; loss per character.

    The number of the network's classes decides the alphabet: plain, or written, with capitals and
    punctuation.

    Raises
    ------
    InputError
        If the network has another number of classes, or the recipe has teacher labels and the
        network plain ones.
    """

    monitor, mode = "dev_wer", "min"

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self.alphabet = alphabet_of(self.recogniser.network.classes)
        self.written = self.alphabet == WRITTEN_ALPHABET
        if recipe.teacher_labels and not self.written:
            raise InputError("teacher_labels: the network's labels are plain; remove the key")

    def dataset(
        self, corpora: Sequence[Corpus], augmentation: WaveformAugmentation | None = None
    ) -> TrainingSet:
        """Clips with the characters of their transcripts."""
        kind = WrittenDataset if self.written else SpeechDataset
        return kind(corpora, augmentation, self.recipe.seed)

    def loss(self, log_probs: Tensor, frames: Tensor, batch: Batch) -> Tensor:
        """CTC loss (Graves et al. 2006); 0 for an utterance with too few frames for its text.

        The classes of an inner layer are plain, whichever those of the network are.
        """
        targets, lengths = batch.targets, batch.target_lengths
        losses_of = ctc_losses
        if self.written and log_probs.shape[-1] == len(self.alphabet.labels):
            losses_of = written_losses
        elif self.written:
            targets, lengths = plain_targets(targets)
        losses = losses_of(log_probs, frames, targets, lengths)
        weights = torch.where(lengths == 0, frames / SILENCE_FRAMES_PER_CHARACTER, lengths)
        return (losses / weights.clamp_min(1)).mean()

    def predict(self, log_probs: Tensor) -> list[int]:
        """Characters of the greedy transcript."""
        return ctc.collapse(log_probs.argmax(-1).tolist(), self.alphabet.blank)

    def scores(
        self, references: Sequence[Sequence[int]], hypotheses: Sequence[Sequence[int]]
    ) -> dict[str, float]:
        """Word and character error rates of plain text; with written labels, of written words too.

        `dev_written_wer` counts a word as correct if its case and its marks are, in clips whose
        reference has both.
        """
        pairs = [
            (text.decode(reference, self.alphabet), text.decode(hypothesis, self.alphabet))
            for reference, hypothesis in zip(references, hypotheses, strict=True)
        ]
        normalise = text.normalise if self.written else str
        plain = score(*([normalise(each) for each in side] for side in zip(*pairs, strict=True)))
        metrics = {"dev_wer": plain.wer, "dev_cer": plain.cer}
        written = [pair for pair in pairs if is_written(pair[0])] if self.written else []
        if written:
            metrics["dev_written_wer"] = score(*zip(*written, strict=True)).wer
        return metrics
