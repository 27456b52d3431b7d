"""The Lightning module: CTC loss, AdamW with warm-up and decay, WER and CER on dev."""

import math
from dataclasses import asdict
from typing import Any

import torch
import torch.nn.functional as F
from lightning import LightningModule
from torch import Tensor

from asr import ctc
from training import text
from training.augment import SpecAugment
from training.data import Batch
from training.networks import build
from training.recipe import Recipe
from training.scoring import score

# As many frames of an utterance without text weigh as much as a character of the others.
FRAMES_OF_SILENCE = 8


def learning_rate_factor(step: int, warmup: int, steps: int) -> float:
    """Linear warm-up to 1, then a cosine to 0 at `steps` (Loshchilov and Hutter 2017)."""
    if step < warmup:
        return (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, steps - warmup))
    return 0.5 * (1.0 + math.cos(math.pi * progress))


class CtcModule(LightningModule):
    """Trains the recogniser that a recipe describes."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.save_hyperparameters({"recipe": asdict(recipe)})
        self.recipe = recipe
        self.recogniser, self.frame_seconds = build(
            recipe.network, recipe.front_end, recipe.parameters
        )
        self.spec_augment = SpecAugment(**recipe.spec_augment)
        self._heard: list[tuple[str, str]] = []
        self._dev_loss: list[tuple[float, int]] = []

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Make what is random in a step, masks and dropout, a function of seed and step alone."""
        torch.manual_seed((self.recipe.seed * 1_000_003 + self.global_step) % 2**32)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        """CTC loss of one batch with masked features, per reference character."""
        features, frames = self.recogniser.front_end(batch.waveforms, batch.samples)
        masked = self.spec_augment(features, frames)
        log_probs, output_frames = self.recogniser.network(masked, frames)
        loss = self._loss(log_probs, output_frames, batch)
        self.log("train_loss", loss, prog_bar=True, batch_size=len(batch.texts))
        return loss

    def validation_step(self, batch: Batch, _: int) -> None:
        """Loss and greedy transcripts of one dev batch."""
        log_probs, frames = self.recogniser(batch.waveforms, batch.samples)
        self._dev_loss.append((float(self._loss(log_probs, frames, batch)), len(batch.texts)))
        for row, length, reference in zip(log_probs, frames, batch.texts, strict=True):
            heard = ctc.greedy_text(row[:length].float().cpu().numpy(), text.ALPHABET)
            self._heard.append((reference, heard))

    def on_validation_epoch_end(self) -> None:
        """WER and CER over the whole of dev."""
        references, hypotheses = zip(*self._heard, strict=True)
        total = score(references, hypotheses)
        weight = sum(n for _, n in self._dev_loss)
        self.log("dev_loss", sum(loss * n for loss, n in self._dev_loss) / weight)
        self.log("dev_wer", total.wer, prog_bar=True)
        self.log("dev_cer", total.cer, prog_bar=True)
        self._heard.clear()
        self._dev_loss.clear()

    def configure_optimizers(self) -> Any:  # noqa: ANN401 - Lightning's own union of dicts
        """AdamW; biases and norms are not decayed."""
        groups: list[dict[str, Any]] = [
            {"params": [p for p in self.parameters() if p.ndim > 1]},
            {"params": [p for p in self.parameters() if p.ndim <= 1], "weight_decay": 0.0},
        ]
        optimizer = torch.optim.AdamW(
            groups,
            lr=self.recipe.learning_rate,
            weight_decay=self.recipe.weight_decay,
            betas=(0.9, 0.98),
        )
        scheduler = torch.optim.lr_scheduler.LambdaLR(
            optimizer,
            lambda step: learning_rate_factor(step, self.recipe.warmup_steps, self.recipe.steps),
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": "step"},
        }

    def _loss(self, log_probs: Tensor, frames: Tensor, batch: Batch) -> Tensor:
        """CTC (Graves et al. 2006); an utterance with too few frames for its text counts 0."""
        losses = F.ctc_loss(
            log_probs.float().transpose(0, 1),
            batch.labels,
            frames,
            batch.characters,
            blank=text.ALPHABET.blank,
            reduction="none",
            zero_infinity=True,
        )
        silent = batch.characters == 0
        weights = torch.where(silent, frames / FRAMES_OF_SILENCE, batch.characters)
        return (losses / weights.clamp_min(1)).mean()
