"""Corpora to padded batches of tensors, augmented in the loader's workers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from asr.audio.audio import SAMPLE_RATE
from training.augment import WaveformAugmentation, room_tone
from training.augment.levels import trim
from training.data import text
from training.data.batch_sampler import BatchSchedule, Item, plan_epoch
from training.data.corpus import Corpus

Samples = NDArray[np.float32]

EVALUATION_BATCH_SECONDS = 120.0  # as padded


class Batch(NamedTuple):
    """Padded waveforms (B, T) and labels (B, U), with their lengths in samples and characters.

    A named tuple, since Lightning moves no frozen dataclass to a device.
    """

    waveforms: Tensor
    samples: Tensor
    labels: Tensor
    characters: Tensor
    texts: list[str]


class TrainingSet(Dataset[tuple[Tensor, str]], ABC):
    """Items (index, number) of several corpora as (waveform, text).

    The seed, the number and the index decide how an item is altered.

    Attributes
    ----------
    seconds : list of float
        How long each item is.
    """

    def __init__(
        self,
        corpora: Sequence[Corpus],
        augmentation: WaveformAugmentation | None = None,
        seed: int = 0,
    ) -> None:
        self.corpora = corpora
        self.augmentation = augmentation
        self.seed = seed
        self.seconds = self.list_items()

    def __len__(self) -> int:
        return len(self.seconds)

    @abstractmethod
    def list_items(self) -> list[float]:
        """Find the items of the corpora, in their order; returns how long each is, in seconds."""

    @abstractmethod
    def __getitem__(self, item: Item) -> tuple[Tensor, str]:
        """Waveform (samples,) and text of an item."""

    @abstractmethod
    def texts(self) -> set[str]:
        """All that may be said."""

    @abstractmethod
    def clip(self, index: int) -> tuple[int, int]:
        """The corpus of an item, and the clip of it."""

    def _any_voice(self, random: np.random.Generator) -> Samples:
        corpus, clip = self.clip(int(random.integers(len(self))))
        return self.corpora[corpus].waveform(clip)


class SpeechDataset(TrainingSet):
    """Whole clips, and what is said in them."""

    def list_items(self) -> list[float]:
        """All clips; how long each is once it is trimmed."""
        self.where = [(c, i) for c, corpus in enumerate(self.corpora) for i in range(len(corpus))]
        depth_db = self.augmentation.trim_db if self.augmentation else 0.0
        return [self._seconds(self.corpora[c], i, depth_db) for c, i in self.where]

    @staticmethod
    def _seconds(corpus: Corpus, position: int, trim_db: float) -> float:
        """Seconds of an utterance that are heard."""
        if not trim_db:
            return corpus.seconds(position)
        return len(trim(corpus.waveform(position), trim_db)) / SAMPLE_RATE

    def texts(self) -> set[str]:
        """All that is said, and an empty text where clips may be emptied."""
        said = {each.text for corpus in self.corpora for each in corpus.utterances}
        return said | ({""} if self.augmentation and self.augmentation.empty_probability else set())

    def __getitem__(self, item: Item) -> tuple[Tensor, str]:
        index, number = item
        corpus, position = self.corpora[self.where[index][0]], self.where[index][1]
        utterance = corpus.utterances[position]
        samples, words = corpus.waveform(position), utterance.text
        if self.augmentation is not None:
            seed = (self.seed, number, index)
            if self.augmentation.empties(seed):
                samples, words = room_tone(len(samples), np.random.default_rng(seed)), ""
            samples = self.augmentation(samples, seed, self._any_voice)
        return torch.from_numpy(np.ascontiguousarray(samples)), words

    def clip(self, index: int) -> tuple[int, int]:
        """The corpus of an item, and the clip of it."""
        return self.where[index]


def collate(items: list[tuple[Tensor, str]]) -> Batch:
    """Pad with zeros to the longest of the batch."""
    waveforms, texts = zip(*items, strict=True)
    labels = [torch.tensor(text.encode(t), dtype=torch.long) for t in texts]
    return Batch(
        torch.nn.utils.rnn.pad_sequence(list(waveforms), batch_first=True),
        torch.tensor([len(w) for w in waveforms]),
        torch.nn.utils.rnn.pad_sequence(labels, batch_first=True),
        torch.tensor([len(label) for label in labels]),
        list(texts),
    )


def training_loader(
    dataset: TrainingSet, schedule: BatchSchedule, workers: int
) -> DataLoader[Batch]:
    """Batches without end, in the order of `schedule`."""
    return DataLoader(dataset, batch_sampler=schedule, num_workers=workers, collate_fn=collate)  # type: ignore[arg-type]


def evaluation_loader(
    dataset: TrainingSet, batch_seconds: float = EVALUATION_BATCH_SECONDS
) -> DataLoader[Batch]:
    """Every utterance once, in batches of like length, unaltered."""
    batches = plan_epoch(dataset.seconds, batch_seconds, seed=0, epoch=0, ascending=True)
    items = [[(index, 0) for index in batch] for batch in batches]
    return DataLoader(dataset, batch_sampler=items, collate_fn=collate)  # type: ignore[arg-type]
