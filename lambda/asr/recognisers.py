"""Recognisers: blocks of a waveform in, words with times and log-probabilities out.

There is one for each kind of model. It cuts the audio to what the model takes at once, runs the
model and decodes its output.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Protocol

import numpy as np

from asr import windows
from asr.acoustic_model import AcousticModel
from asr.audio.level import fit_to_full_scale
from asr.audio.resampling import SAMPLE_RATE
from asr.decoding.decoders import CtcDecoder
from asr.decoding.units import units_of
from asr.errors import ClipTooLongError, TooShortError
from asr.manifest import Manifest
from asr.silence import LevelTracker, Stretch
from asr.types import LogProbs, Samples

# Called before each batch of windows with the seconds of audio that are done, and the seconds in
# the batch. An exception that it raises ends the recognition.
ProgressCallback = Callable[[float, float], None]

MIN_SECONDS = 0.1  # shorter than any word; the network would get a handful of frames
BATCH_WINDOWS = 4  # windows through the model at once; two minutes of audio at 30 s each


@dataclass(frozen=True)
class RecognisedWord:
    """A word as written by the model, its start and end in seconds, and its log-probability."""

    text: str
    start: float
    end: float
    log_prob: float


def ignore_progress(done: float, batch: float) -> None:
    """Do nothing; the default `ProgressCallback`."""


class Recogniser(Protocol):
    """Runs a model of one kind, with the decoder that a CTC model needs.

    Parameters
    ----------
    manifest : Manifest
    model : AcousticModel
    decode : CtcDecoder
        Ignored by models that are no CTC models.
    """

    def __init__(self, manifest: Manifest, model: AcousticModel, decode: CtcDecoder) -> None: ...

    def recognise(
        self, blocks: Iterable[Samples], on_progress: ProgressCallback = ignore_progress
    ) -> list[RecognisedWord]:
        """Recognise a waveform.

        Parameters
        ----------
        blocks : iterable of arrays, shape (samples,)
            Mono at the model's sample rate; one sample or more in all.
        on_progress : ProgressCallback

        Returns
        -------
        list of RecognisedWord
            In order of time.

        Raises
        ------
        TooShortError
            If there is less than `MIN_SECONDS` of audio.
        ClipTooLongError
            If there is more audio than this kind of model can take.
        """
        ...


class CtcRecogniser:
    """Recognises speech of any length, in overlapping windows."""

    def __init__(self, manifest: Manifest, model: AcousticModel, decode: CtcDecoder) -> None:
        self._model = model
        self._decode = decode
        self._alphabet = units_of(manifest.alphabet).alphabet  # checks the labels
        self._frame_seconds = manifest.frame_seconds
        self._layout = windows.WindowLayout.from_seconds(
            manifest.window_seconds,
            manifest.overlap_seconds,
            manifest.frame_seconds,
            manifest.sample_rate,
        )

    def recognise(
        self, blocks: Iterable[Samples], on_progress: ProgressCallback = ignore_progress
    ) -> list[RecognisedWord]:
        """Recognise words; the last one may end a part of a frame after the audio.

        Parameters, return value and errors as in `Recogniser.recognise`.
        """
        step = self._frame_seconds
        return [
            RecognisedWord(span.text, span.start * step, span.end * step, span.log_prob)
            for span in self._decode(self.log_probs(blocks, on_progress))
        ]

    def log_probs(
        self, blocks: Iterable[Samples], on_progress: ProgressCallback = ignore_progress
    ) -> Iterator[LogProbs]:
        """Log-probabilities of a waveform in pieces, shape (frames, classes).

        Raises
        ------
        TooShortError
            If there is less than `MIN_SECONDS` of audio.
        """
        return windows.stitch(self._window_log_probs(blocks, on_progress))

    def _window_log_probs(
        self, blocks: Iterable[Samples], on_progress: ProgressCallback
    ) -> Iterator[tuple[windows.Window, LogProbs]]:
        """Windows with their log-probabilities, computed in batches."""
        remaining = windows.split(blocks, self._layout)
        levels = LevelTracker(self._layout.frame, SAMPLE_RATE)
        hop = self._layout.hop * self._layout.frame / SAMPLE_RATE
        done = 0.0
        while batch := list(islice(remaining, BATCH_WINDOWS)):
            # Only audio that is a single window can be too short: all others hold an overlap.
            _check_length(batch[0].samples)
            on_progress(done, (len(batch) - 1) * hop + len(batch[-1].samples) / SAMPLE_RATE)
            done += len(batch) * hop
            audible = [levels.audible(window.samples) for window in batch]
            outputs = self._stretch_log_probs([each.samples for each in chain(*audible)])
            for window, stretches in zip(batch, audible, strict=True):
                yield window, self._joined(window, [(s, next(outputs)) for s in stretches])

    def _stretch_log_probs(self, stretches: Sequence[Samples]) -> Iterator[LogProbs]:
        """Log-probabilities of audible stretches, in batches."""
        for first in range(0, len(stretches), BATCH_WINDOWS):
            yield from self._model.log_probs(stretches[first : first + BATCH_WINDOWS])

    def _joined(
        self, window: windows.Window, outputs: Sequence[tuple[Stretch, LogProbs]]
    ) -> LogProbs:
        """Frames of a window: as many as it lasts, of blanks where it is silent.

        A model may return more frames than the audio lasts; words in them would be made up.
        """
        frames = math.ceil(len(window.samples) / self._layout.frame)
        log_probs = np.full((frames, len(self._alphabet.labels)), -np.inf, np.float32)
        log_probs[:, self._alphabet.blank] = 0.0
        for stretch, output in outputs:
            lasts = math.ceil(len(stretch.samples) / self._layout.frame)
            kept = output[:lasts]
            log_probs[stretch.first_frame : stretch.first_frame + len(kept)] = kept
        return log_probs


class KeywordRecogniser:
    """Classifies a clip of at most one window as the most probable of the labels."""

    def __init__(self, manifest: Manifest, model: AcousticModel, _: CtcDecoder) -> None:
        self._model = model
        self._labels = manifest.labels
        self._max_seconds = manifest.window_seconds

    def recognise(
        self, blocks: Iterable[Samples], on_progress: ProgressCallback = ignore_progress
    ) -> list[RecognisedWord]:
        """Recognise one word that lasts as long as the audio, or none in silence.

        Parameters, return value and errors as in `Recogniser.recognise`.
        """
        samples = self._joined(blocks)
        _check_length(samples)
        seconds = len(samples) / SAMPLE_RATE
        on_progress(0.0, seconds)
        # In one piece: what surrounds the word is a part of the clip.
        if not LevelTracker(len(samples), SAMPLE_RATE).audible(samples):
            return []
        (log_probs,) = self._model.log_probs([fit_to_full_scale(samples)])
        best = int(log_probs[0].argmax())
        return [RecognisedWord(self._labels[best], 0.0, seconds, float(log_probs[0, best]))]

    def _joined(self, blocks: Iterable[Samples]) -> Samples:
        """Concatenate the blocks, up to the first that exceeds the maximum; shape (samples,)."""
        clip: list[Samples] = []
        length = 0
        for block in blocks:
            clip.append(block)
            length += len(block)
            if length > self._max_seconds * SAMPLE_RATE:
                raise ClipTooLongError(
                    f"The audio is longer than {self._max_seconds:g} seconds, the most that this "
                    "keyword model takes; send one spoken word, or use a model for sentences."
                )
        return np.concatenate(clip)


RECOGNISERS: dict[str, type[Recogniser]] = {"ctc": CtcRecogniser, "keyword": KeywordRecogniser}


def _check_length(samples: Samples) -> None:
    seconds = len(samples) / SAMPLE_RATE
    if seconds < MIN_SECONDS:
        raise TooShortError(
            f"{seconds * 1000:.0f} ms of audio; at least {MIN_SECONDS * 1000:.0f} ms are needed"
        )
