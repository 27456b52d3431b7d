"""Data loaders: padded batches of waveforms and targets, for training and evaluation."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from training.data.batch_sampler import BatchSampler, epoch_batches
from training.data.dataset import TrainingSet

EVALUATION_BATCH_SECONDS = 120.0  # padded
TARGET_PADDING = -1  # no class has this index


class Batch(NamedTuple):
    """Padded waveforms and targets; a named tuple, since Lightning moves no frozen dataclass.

    Attributes
    ----------
    waveforms : Tensor, shape (batch, samples), float32 in [-1, 1] at 16 kHz
        Padded with zeros.
    lengths : Tensor, shape (batch,), int64
        Samples of each waveform.
    targets : Tensor, shape (batch, targets), int64
        Class indices, padded with `TARGET_PADDING`.
    target_lengths : Tensor, shape (batch,), int64
        Class indices of each item.
    """

    waveforms: Tensor
    lengths: Tensor
    targets: Tensor
    target_lengths: Tensor


def collate(items: Sequence[tuple[Tensor, Tensor]]) -> Batch:
    """Pad items to the longest waveform and the longest target.

    Parameters
    ----------
    items : sequence of (Tensor, Tensor), shapes (samples,) and (targets,)
        Waveforms and targets.
    """
    waveforms, targets = map(list, zip(*items, strict=True))
    return Batch(
        pad_sequence(waveforms, batch_first=True),
        torch.tensor([len(waveform) for waveform in waveforms]),
        pad_sequence(targets, batch_first=True, padding_value=TARGET_PADDING),
        torch.tensor([len(target) for target in targets]),
    )


def training_loader(dataset: TrainingSet, sampler: BatchSampler, workers: int) -> DataLoader[Batch]:
    """Endless batches in the order of `sampler`."""
    return DataLoader(dataset, batch_sampler=sampler, num_workers=workers, collate_fn=collate)  # type: ignore[arg-type]


def evaluation_loader(
    dataset: TrainingSet, batch_seconds: float = EVALUATION_BATCH_SECONDS
) -> DataLoader[Batch]:
    """Every item once, in batches of similar length up to `batch_seconds` padded."""
    batches = epoch_batches(
        dataset.seconds, batch_seconds=batch_seconds, seed=0, epoch=0, ascending=True
    )
    items = [[(index, 0) for index in batch] for batch in batches]
    return DataLoader(dataset, batch_sampler=items, collate_fn=collate)  # type: ignore[arg-type]
