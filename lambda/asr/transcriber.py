"""The pipeline, and the one call that all doors make: audio in, Transcript out."""

import math
import time
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from asr import audio, bundle, ctc, longform
from asr.errors import ModelUnavailableError, TooShortError
from asr.model import AcousticModel
from asr.settings import Settings
from asr.transcript import ModelIdentity, Timing, Transcript, Word

Floats = NDArray[np.float32]

MIN_SECONDS = 0.1  # shorter than any word; the network would see a handful of frames
BATCH_WINDOWS = 4  # windows through the model at once; two minutes of audio at 30 s each
# Below -72 dBFS (8 steps of 16 bits) is silence, which normalised features would amplify.
SILENCE_PEAK = 8 / 32768


class Transcriber:
    """An open model, ready to transcribe.

    Parameters
    ----------
    opened : bundle.Bundle
        A verified bundle.

    Raises
    ------
    ModelUnavailableError
        If the model cannot be opened.
    """

    def __init__(self, opened: bundle.Bundle) -> None:
        manifest = opened.manifest
        self.manifest = manifest
        self.identity = ModelIdentity(manifest.name, manifest.version, opened.sha256)
        self._model = AcousticModel(opened)
        self._plan = longform.Plan.from_seconds(
            manifest.window_seconds,
            manifest.overlap_seconds,
            manifest.frame_seconds,
            manifest.sample_rate,
        )
        self._cold = True

    def transcribe(self, source: audio.Source, budget: audio.Budget) -> Transcript:
        """Decode all of `source`, then transcribe it: what is refused has cost no inference.

        Raises
        ------
        AsrError
            `EmptyAudioError`, `UnsupportedAudioError`, `TooShortError`, `TooLongError` or
            `TooLargeError`.
        """
        started = time.perf_counter()
        waveform = audio.decode(source, budget)
        return self.transcribe_waveform(waveform, time.perf_counter() - started)

    def transcribe_waveform(
        self, waveform: audio.Waveform, decode_seconds: float = 0.0
    ) -> Transcript:
        """Transcribe what took `decode_seconds` to decode; raises TooShortError."""
        return self._run([waveform.samples], decode_seconds)

    def transcribe_stream(self, source: audio.Source, budget: audio.Budget) -> Transcript:
        """Transcribe while decoding, in memory that does not grow with duration.

        The transcript and the errors are those of `transcribe`.
        """
        return self._run(audio.stream(source, budget), 0.0)

    def _run(self, blocks: Iterable[Floats], decoded: float) -> Transcript:
        started = time.perf_counter()
        meter = _Meter(blocks)
        paths = [ctc.best_path(frames) for frames in longform.stitch(self._outputs(meter.blocks()))]
        seconds = meter.samples / audio.SAMPLE_RATE
        path = np.concatenate([labels for labels, _ in paths])
        log_prob = np.concatenate([values for _, values in paths])
        spans = ctc.greedy(path, log_prob, self.manifest.alphabet)
        elapsed = time.perf_counter() - started
        timing = Timing(
            decode_ms=round((decoded + meter.elapsed) * 1000, 1),
            inference_ms=round((elapsed - meter.elapsed) * 1000, 1),
            real_time_factor=round((decoded + elapsed) / seconds, 4),
            cold_start=self._cold,
        )
        self._cold = False
        return Transcript(
            words=tuple(self._word(span, seconds) for span in spans),
            duration=round(seconds, 3),
            model=self.identity,
            timing=timing,
        )

    def _outputs(self, blocks: Iterable[Floats]) -> Iterator[tuple[longform.Window, Floats]]:
        """Windows with their log-probabilities, computed in batches."""
        cut = longform.windows(blocks, self._plan)
        while batch := list(islice(cut, BATCH_WINDOWS)):
            _check_length(batch[0])
            spoken = [w for w in batch if np.abs(w.samples).max() > SILENCE_PEAK]
            outputs = iter(self._model.log_probs([w.samples for w in spoken]) if spoken else [])
            heard = {id(window) for window in spoken}
            for window in batch:
                yield window, next(outputs) if id(window) in heard else self._silence(window)

    def _silence(self, window: longform.Window) -> Floats:
        """Frames that are surely blank, as many as the window lasts."""
        frames = math.ceil(len(window.samples) / self._plan.frame)
        certain = np.full((frames, len(self.manifest.alphabet.labels)), -np.inf, np.float32)
        certain[:, self.manifest.alphabet.blank] = 0.0
        return certain

    def _word(self, span: ctc.Span, seconds: float) -> Word:
        step = self.manifest.frame_seconds
        return Word(
            word=span.text,
            start=round(span.start * step, 3),
            end=round(min(span.end * step, seconds), 3),
            confidence=round(self._confidence(span.log_prob), 3),
        )

    def _confidence(self, log_prob: float) -> float:
        """Calibrated probability that a word is right (Platt scaling of its log-odds)."""
        probability = min(max(math.exp(log_prob), 1e-6), 1 - 1e-6)
        odds = math.log(probability / (1 - probability))
        scaling = self.manifest.confidence
        return 1 / (1 + math.exp(-(scaling.scale * odds + scaling.bias)))


class _Meter:
    """Passes blocks on, and counts their samples and the seconds spent on getting them."""

    def __init__(self, source: Iterable[Floats]) -> None:
        self.samples = 0
        self.elapsed = 0.0
        self._source = iter(source)

    def blocks(self) -> Iterator[Floats]:
        while True:
            started = time.perf_counter()
            block = next(self._source, None)
            self.elapsed += time.perf_counter() - started
            if block is None:
                return
            self.samples += len(block)
            yield block


def _check_length(window: longform.Window) -> None:
    """Only audio that is a single window can be too short: all others hold an overlap."""
    seconds = len(window.samples) / audio.SAMPLE_RATE
    if seconds < MIN_SECONDS:
        raise TooShortError(
            f"{seconds * 1000:.0f} ms of audio; at least {MIN_SECONDS * 1000:.0f} ms are needed"
        )


def check_golden(transcriber: Transcriber) -> None:
    """Transcribe the bundle's own clip; raises ModelUnavailableError if it reads otherwise."""
    golden = transcriber.manifest.golden
    heard = transcriber.transcribe(golden.audio, audio.Budget(max_seconds=60.0)).text
    if heard != golden.transcript:
        raise ModelUnavailableError(
            f"{transcriber.manifest.model.file} reads its golden clip as {heard!r}, "
            f"expected {golden.transcript!r}"
        )


def open_transcriber(settings: Settings) -> Transcriber:
    """Fetch, verify and open the model that `settings` name; raises ModelUnavailableError."""
    transcriber = Transcriber(bundle.load(settings.model_uri, settings.model_sha256))
    if settings.model_self_test:
        check_golden(transcriber)
    return transcriber


@cache
def warm_transcriber(settings: Settings) -> Transcriber:
    """The one Transcriber of this process: opened at the first call, kept while it is warm."""
    return open_transcriber(settings)
