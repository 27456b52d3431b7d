"""Data sets of (waveform, target) items of several corpora, with augmentation."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from asr.audio.audio import SAMPLE_RATE
from asr.types import Samples
from training.augment import WaveformAugmentation, room_tone
from training.augment.levels import trim
from training.data import text
from training.data.batch_sampler import Item
from training.data.corpus import Corpus
from training.data.manifest import Utterance
from training.data.written_text import WRITTEN_ALPHABET
from training.errors import InputError


class TrainingSet(Dataset[tuple[Tensor, Tensor]], ABC):
    """Items of several corpora as (waveform, target), addressed by (index, serial number).

    The seed, the serial number and the index determine the augmentation of an item.

    Parameters
    ----------
    corpora : sequence of Corpus
        Corpora whose items follow one another.
    augmentation : WaveformAugmentation, optional
        Augmentation of the waveforms; None for evaluation.
    seed : int
        Seed of the augmentation.

    Attributes
    ----------
    seconds : list of float, length `len(self)`
        Duration of each item.

    Raises
    ------
    InputError
        If the augmentation or a transcript does not fit the task.
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
        """Index the items of the corpora, in their order; returns their durations in seconds."""

    @abstractmethod
    def __getitem__(self, item: Item) -> tuple[Tensor, Tensor]:
        """Waveform (samples,), float32, and target (targets,), int64, of an item."""

    @abstractmethod
    def clip_of(self, index: int) -> tuple[int, int]:
        """Index of an item's corpus, and of its clip therein."""

    def _sample_clip(self, random: np.random.Generator) -> Samples:
        corpus, clip = self.clip_of(int(random.integers(len(self))))
        return self.corpora[corpus].waveform(clip)


class SpeechDataset(TrainingSet):
    """Whole clips with the characters of their transcripts, for the CTC loss."""

    def list_items(self) -> list[float]:
        """Index all clips; returns their durations in seconds, after trimming."""
        self.clips = [(c, i) for c, corpus in enumerate(self.corpora) for i in range(len(corpus))]
        depth_db = self.augmentation.trim_db if self.augmentation else 0.0
        return [self._seconds(self.corpora[c], i, depth_db) for c, i in self.clips]

    @staticmethod
    def _seconds(corpus: Corpus, index: int, trim_db: float) -> float:
        if not trim_db:
            return corpus.seconds(index)
        return len(trim(corpus.waveform(index), trim_db)) / SAMPLE_RATE

    def transcript(self, utterance: Utterance) -> str:
        """Transcript to train on."""
        return utterance.text

    def encode_target(self, transcript: str) -> list[int]:
        """Class indices of a transcript, empty for a clip without speech."""
        return text.encode(transcript)

    def __getitem__(self, item: Item) -> tuple[Tensor, Tensor]:
        index, number = item
        corpus, clip = self.corpora[self.clips[index][0]], self.clips[index][1]
        samples, transcript = corpus.waveform(clip), self.transcript(corpus.utterances[clip])
        if self.augmentation is not None:
            seed = (self.seed, number, index)
            if self.augmentation.silences(seed):
                samples, transcript = room_tone(len(samples), np.random.default_rng(seed)), ""
            samples = self.augmentation(samples, seed, self._sample_clip)
        target = torch.tensor(self.encode_target(transcript), dtype=torch.int64)
        return torch.from_numpy(np.ascontiguousarray(samples)), target

    def clip_of(self, index: int) -> tuple[int, int]:
        """Index of an item's corpus, and of its clip therein."""
        return self.clips[index]


class WrittenDataset(SpeechDataset):
    """Whole clips with the written form of their transcripts where there is one, else plain text.

    Both are in `WRITTEN_ALPHABET`; plain text has neither capitals nor marks.
    """

    def transcript(self, utterance: Utterance) -> str:
        """Written transcript, else the plain one."""
        return utterance.written or utterance.text

    def encode_target(self, transcript: str) -> list[int]:
        """Class indices of a transcript, empty for a clip without speech."""
        return text.encode(transcript, WRITTEN_ALPHABET)


class KeywordDataset(SpeechDataset):
    """Whole clips of one keyword each, with the index of its label.

    Parameters
    ----------
    corpora, augmentation, seed
        As in `TrainingSet`.
    labels : sequence of str
        Keywords, in the order of the network's outputs.

    Raises
    ------
    InputError
        If a transcript, or the empty one of a silenced clip, is not among the labels.
    """

    def __init__(
        self,
        corpora: Sequence[Corpus],
        labels: Sequence[str],
        augmentation: WaveformAugmentation | None = None,
        seed: int = 0,
    ) -> None:
        self.class_indices = {label: index for index, label in enumerate(labels)}
        super().__init__(corpora, augmentation, seed)

    def list_items(self) -> list[float]:
        """Index all clips, and check their transcripts against the labels."""
        transcripts = {each.text for corpus in self.corpora for each in corpus.utterances}
        if self.augmentation and self.augmentation.silence_probability:
            transcripts.add("")
        if unknown := transcripts - self.class_indices.keys():
            labels = ", ".join(self.class_indices)
            raise InputError(f"transcript {min(unknown)!r} is not a label; the labels are {labels}")
        return super().list_items()

    def encode_target(self, transcript: str) -> list[int]:
        """Class index of a keyword."""
        return [self.class_indices[transcript]]
