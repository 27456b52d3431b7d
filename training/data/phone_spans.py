"""Spans of one to three words out of sentences, with the phone of each of their frames.

That is what teaches the layers of a classifier of words the sounds of speech: they hear as little
at once as it does, said by as many people as the sentences were.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from asr.audio.audio import SAMPLE_RATE
from training.data import phones
from training.data.batch_sampler import Item
from training.data.dataset import TrainingSet
from training.data.phones import (
    FRAME_SECONDS,
    INDEX,
    PHONES,
    SILENCE,
    Word,
)
from training.errors import InputError

FRAME = round(FRAME_SECONDS * SAMPLE_RATE)  # samples
WORDS = (1, 2, 3)  # in a span
SHORTEST, LONGEST = 15, 150  # frames; what is shorter was slurred, or is aligned wrongly
EDGE = 4  # frames; as many more may be heard at either end

Frames = NDArray[np.uint8]


class SpanDataset(TrainingSet):
    """Spans of the clips of several corpora as (waveform, the phones of its frames).

    The phones are one text, as those of speech are: a name for each 10 ms, parted by spaces.

    Raises
    ------
    InputError
        If a corpus has no phones, or `augmentation` would cut frames off or empty clips.
    """

    def list_items(self) -> list[float]:
        """All spans that are neither too short nor too long; how long each is."""
        if self.augmentation and not self.augmentation.keeps_timing():
            raise InputError("phones go with clips that are neither trimmed, cropped nor emptied")
        self.frames: dict[tuple[int, int], Frames] = {}
        spans: list[tuple[int, int, int, int]] = []  # corpus, clip, first frame, the one after
        for number, corpus in enumerate(self.corpora):
            aligned = phones.read(corpus.folder / phones.FILE)
            for clip, utterance in enumerate(corpus.utterances):
                name = str(utterance.path.relative_to(corpus.folder))
                if words := aligned.get(name):
                    self.frames[number, clip] = by_frame(words)
                    spans += [(number, clip, *ends) for ends in within(words)]
        self.spans = np.array(spans)
        seconds: list[float] = ((self.spans[:, 3] - self.spans[:, 2]) * FRAME_SECONDS).tolist()
        return seconds

    def texts(self) -> set[str]:
        """Each phone by itself."""
        return set(PHONES)

    def __getitem__(self, item: Item) -> tuple[Tensor, str]:
        index, number = item
        corpus, clip, first, end = self.spans[index].tolist()
        frames = self.frames[corpus, clip]
        factor, before = 1.0, 0
        seed = (self.seed, number, index)
        if self.augmentation is not None:
            more = np.random.default_rng((*seed, 2)).integers(0, EDGE, 2, endpoint=True).tolist()
            first, end = max(first - more[0], 0), min(end + more[1], len(frames))
            factor, before = self.augmentation.timing(seed)
        samples = self.corpora[corpus].waveform(clip)[first * FRAME : end * FRAME]
        if self.augmentation is not None:
            samples = self.augmentation(samples, seed, self._any_voice)
        said = heard(frames[first:end], len(samples) // FRAME + 1, factor, before)
        waveform = torch.from_numpy(np.ascontiguousarray(samples))
        return waveform, " ".join(PHONES[phone] for phone in said.tolist())

    def clip(self, index: int) -> tuple[int, int]:
        """The corpus of an item, and the clip of it."""
        corpus, clip, *_ = self.spans[index].tolist()
        return corpus, clip


def by_frame(words: Sequence[Word]) -> Frames:
    """The index of the phone that each frame of a clip is of; shape (frames,)."""
    parts = [part for word in words for part in word]
    return np.repeat(
        np.array([INDEX[phone] for phone, _ in parts], np.uint8), [frames for _, frames in parts]
    )


def within(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """First frame, and the one after the last, of all spans of words that a clip holds."""
    ends = np.cumsum([0, *(sum(frames for _, frames in word) for word in words)]).tolist()
    said = [
        (ends[place], ends[place + 1])
        for place, word in enumerate(words)
        if any(phone != SILENCE for phone, _ in word)
    ]
    for count in WORDS:
        for place in range(len(said) - count + 1):
            first, end = said[place][0], said[place + count - 1][1]
            if SHORTEST <= end - first <= LONGEST:
                yield first, end


def heard(frames: Frames, count: int, factor: float, before: int) -> Frames:
    """The phones of the `count` frames that a clip has become, `factor` times as fast.

    `before` is how many samples of silence it then got in front; behind it there is silence, too.
    """
    silence = np.uint8(INDEX[SILENCE])
    at = np.floor((np.arange(count) - before / FRAME) * factor).astype(int)
    inside = (at >= 0) & (at < len(frames))
    return np.where(inside, frames[at.clip(0, len(frames) - 1)], silence)
