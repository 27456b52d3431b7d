"""Spans of one to three words cut from aligned sentences, with the phone of each 10 ms frame.

Data of the pre-training task `phones`: frame classification on clips as short as keywords, of as
many speakers as the sentences have.
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
from training.data.phones import FRAME_SECONDS, PHONE_INDEX, SILENCE, AlignedWord
from training.errors import InputError

FRAME_SAMPLES = round(FRAME_SECONDS * SAMPLE_RATE)  # 160
SPAN_WORDS = (1, 2, 3)
# Frames; shorter spans are reduced pronunciations or alignment errors.
MIN_FRAMES, MAX_FRAMES = 15, 150
MAX_EXTENSION = 4  # frames of context that augmentation adds at either end

PhoneFrames = NDArray[np.uint8]  # a phone index for each frame


class PhoneSpanDataset(TrainingSet):
    """Spans of aligned clips as (waveform, phone indices of its 10 ms frames).

    Raises
    ------
    InputError
        If the augmentation changes the time axis other than by speed and leading silence.
    OSError
        If a corpus has no `phones.tsv`.
    """

    def list_items(self) -> list[float]:
        """Index all spans of `MIN_FRAMES` to `MAX_FRAMES`; returns their durations in seconds."""
        if self.augmentation and not self.augmentation.preserves_alignment():
            raise InputError(
                "augmentation: task 'phones' needs frame-level alignments; remove trim_db, crop, "
                "edge_trim_probability and silence_probability"
            )
        self.phones: dict[tuple[int, int], PhoneFrames] = {}
        spans: list[tuple[int, int, int, int]] = []  # corpus, clip, first frame, end frame
        for number, corpus in enumerate(self.corpora):
            alignments = phones.read_alignments(corpus.folder / phones.FILE_NAME)
            for clip, utterance in enumerate(corpus.utterances):
                name = str(utterance.path.relative_to(corpus.folder))
                if words := alignments.get(name):
                    self.phones[number, clip] = frame_phones(words)
                    spans += [(number, clip, *bounds) for bounds in word_spans(words)]
        self.spans = np.array(spans)
        seconds: list[float] = ((self.spans[:, 3] - self.spans[:, 2]) * FRAME_SECONDS).tolist()
        return seconds

    def __getitem__(self, item: Item) -> tuple[Tensor, Tensor]:
        index, number = item
        corpus, clip, first, end = self.spans[index].tolist()
        aligned = self.phones[corpus, clip]
        factor, padding = 1.0, 0
        seed = (self.seed, number, index)
        if self.augmentation is not None:
            random = np.random.default_rng((*seed, 2))
            before, after = random.integers(0, MAX_EXTENSION, 2, endpoint=True).tolist()
            first, end = max(first - before, 0), min(end + after, len(aligned))
            factor, padding = self.augmentation.time_map(seed)
        samples = self.corpora[corpus].waveform(clip)[first * FRAME_SAMPLES : end * FRAME_SAMPLES]
        if self.augmentation is not None:
            samples = self.augmentation(samples, seed, self._sample_clip)
        frames = len(samples) // FRAME_SAMPLES + 1
        target = resample_phones(aligned[first:end], frames, factor, padding)
        waveform = torch.from_numpy(np.ascontiguousarray(samples))
        return waveform, torch.from_numpy(target.astype(np.int64))

    def clip_of(self, index: int) -> tuple[int, int]:
        """Index of an item's corpus, and of its clip therein."""
        corpus, clip, *_ = self.spans[index].tolist()
        return corpus, clip


def frame_phones(words: Sequence[AlignedWord]) -> PhoneFrames:
    """Phone index of each frame of a clip; shape (frames,)."""
    parts = [part for word in words for part in word]
    return np.repeat(
        np.array([PHONE_INDEX[phone] for phone, _ in parts], np.uint8),
        [frames for _, frames in parts],
    )


def word_spans(words: Sequence[AlignedWord]) -> Iterator[tuple[int, int]]:
    """First and end frame of all spans of `SPAN_WORDS` consecutive words in a clip."""
    edges = np.cumsum([0, *(sum(frames for _, frames in word) for word in words)]).tolist()
    spoken = [
        (edges[place], edges[place + 1])
        for place, word in enumerate(words)
        if any(phone != SILENCE for phone, _ in word)
    ]
    for count in SPAN_WORDS:
        for place in range(len(spoken) - count + 1):
            first, end = spoken[place][0], spoken[place + count - 1][1]
            if MIN_FRAMES <= end - first <= MAX_FRAMES:
                yield first, end


def resample_phones(aligned: PhoneFrames, frames: int, factor: float, padding: int) -> PhoneFrames:
    """Phone index of each frame of a clip after speed perturbation and leading silence.

    Parameters
    ----------
    aligned : NDArray[uint8], shape (frames before,)
        Phone indices of the unmodified clip.
    frames : int
        Frames of the augmented clip; those outside of the original are silence.
    factor : float
        Speed factor.
    padding : int
        Samples of silence inserted before the clip.

    Returns
    -------
    NDArray[uint8], shape (frames,)
    """
    silence = np.uint8(PHONE_INDEX[SILENCE])
    position = np.floor((np.arange(frames) - padding / FRAME_SAMPLES) * factor).astype(int)
    inside = (position >= 0) & (position < len(aligned))
    return np.where(inside, aligned[position.clip(0, len(aligned) - 1)], silence)
