"""From audio to what is said in it: a reader for each kind of model.

A reader takes the blocks of a waveform, feeds the model what it may be fed at once, and gives the
words that it heard, as sure as the model was.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from asr import windows
from asr.acoustic_model import AcousticModel
from asr.audio.audio import SAMPLE_RATE
from asr.decoding.decoders import Decode
from asr.errors import TooLongError, TooShortError
from asr.manifest import Manifest

Floats = NDArray[np.float32]
# Told before each batch of windows: the seconds of audio read so far, and those that come next.
# What it raises ends the reading.
Watch = Callable[[float, float], None]

MIN_SECONDS = 0.1  # shorter than any word; the network would see a handful of frames
BATCH_WINDOWS = 4  # windows through the model at once; two minutes of audio at 30 s each
# Below -72 dBFS (8 steps of 16 bits) is silence, which normalised features would amplify.
SILENCE_PEAK = 8 / 32768


@dataclass(frozen=True)
class Heard:
    """A word, its start and end in seconds, and the log-probability that the model gives it."""

    text: str
    start: float
    end: float
    log_prob: float


def unwatched(done: float, coming: float) -> None:
    """Watch nothing."""


class Reader(Protocol):
    """Reads with a model of one kind, and a decoder where that is of use."""

    def __init__(self, manifest: Manifest, model: AcousticModel, decode: Decode) -> None: ...

    def read(self, blocks: Iterable[Floats], watch: Watch = unwatched) -> list[Heard]:
        """Words in the order spoken, of blocks of shape (samples,), of one sample at least.

        Raises
        ------
        TooShortError
            If there is less than `MIN_SECONDS` of audio.
        TooLongError
            If there is more than this kind of model can take.
        """
        ...


class CtcReader:
    """Reads speech of any length, window by window."""

    def __init__(self, manifest: Manifest, model: AcousticModel, decode: Decode) -> None:
        self._model = model
        self._decode = decode
        self._alphabet = manifest.alphabet
        self._step = manifest.frame_seconds
        self._plan = windows.Plan.from_seconds(
            manifest.window_seconds,
            manifest.overlap_seconds,
            manifest.frame_seconds,
            manifest.sample_rate,
        )

    def read(self, blocks: Iterable[Floats], watch: Watch = unwatched) -> list[Heard]:
        """Words as the decoder finds them; a last frame may end after the audio does."""
        return [
            Heard(span.text, span.start * self._step, span.end * self._step, span.log_prob)
            for span in self._decode(self.log_probs(blocks, watch))
        ]

    def log_probs(self, blocks: Iterable[Floats], watch: Watch = unwatched) -> Iterator[Floats]:
        """Log-probabilities in pieces of shape (frames, classes); raises TooShortError."""
        return windows.stitch(self._outputs(blocks, watch))

    def _outputs(
        self, blocks: Iterable[Floats], watch: Watch
    ) -> Iterator[tuple[windows.Window, Floats]]:
        """Windows with their log-probabilities, computed in batches."""
        cut = windows.windows(blocks, self._plan)
        hop = self._plan.hop * self._plan.frame / SAMPLE_RATE
        done = 0.0
        while batch := list(islice(cut, BATCH_WINDOWS)):
            # Only audio that is a single window can be too short: all others hold an overlap.
            _check_length(batch[0].samples)
            coming = (len(batch) - 1) * hop + len(batch[-1].samples) / SAMPLE_RATE
            watch(done, coming)
            done += len(batch) * hop
            spoken = [window for window in batch if not _is_silent(window.samples)]
            outputs = iter(self._model.log_probs([w.samples for w in spoken]) if spoken else [])
            heard = {id(window) for window in spoken}
            for window in batch:
                yield window, next(outputs) if id(window) in heard else self._silence(window)

    def _silence(self, window: windows.Window) -> Floats:
        """Frames that are surely blank, as many as the window lasts."""
        frames = math.ceil(len(window.samples) / self._plan.frame)
        certain = np.full((frames, len(self._alphabet.labels)), -np.inf, np.float32)
        certain[:, self._alphabet.blank] = 0.0
        return certain


class KeywordReader:
    """Reads a clip of one window at most as the most probable of the labels."""

    def __init__(self, manifest: Manifest, model: AcousticModel, _: Decode) -> None:
        self._model = model
        self._labels = manifest.labels
        self._max_seconds = manifest.window_seconds

    def read(self, blocks: Iterable[Floats], watch: Watch = unwatched) -> list[Heard]:
        """One word that lasts as long as the audio; none in silence."""
        samples = self._clip(blocks)
        _check_length(samples)
        watch(0.0, len(samples) / SAMPLE_RATE)
        if _is_silent(samples):
            return []
        (log_probs,) = self._model.log_probs([samples])
        best = int(log_probs[0].argmax())
        end = len(samples) / SAMPLE_RATE
        return [Heard(self._labels[best], 0.0, end, float(log_probs[0, best]))]

    def _clip(self, blocks: Iterable[Floats]) -> Floats:
        """Join what comes, and stop at once where it is too much."""
        clip: list[Floats] = []
        length = 0
        for block in blocks:
            clip.append(block)
            length += len(block)
            if length > self._max_seconds * SAMPLE_RATE:
                raise TooLongError(
                    f"The audio is longer than {self._max_seconds:g} seconds, "
                    "the most that this model takes for one word."
                )
        return np.concatenate(clip)


READERS: dict[str, type[Reader]] = {"ctc": CtcReader, "keyword": KeywordReader}


def _check_length(samples: Floats) -> None:
    seconds = len(samples) / SAMPLE_RATE
    if seconds < MIN_SECONDS:
        raise TooShortError(
            f"{seconds * 1000:.0f} ms of audio; at least {MIN_SECONDS * 1000:.0f} ms are needed"
        )


def _is_silent(samples: Floats) -> bool:
    return bool(np.abs(samples).max() <= SILENCE_PEAK)
