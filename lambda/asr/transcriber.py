"""The pipeline, and the one call that all doors make: audio in, Transcript out."""

import math
import time
from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from asr import audio, bundle
from asr.errors import ModelUnavailableError
from asr.model import AcousticModel
from asr.readers import READERS, Heard, Watch, unwatched
from asr.settings import Settings
from asr.transcript import ModelIdentity, Timing, Transcript, Word

Floats = NDArray[np.float32]


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
        self._reader = READERS[manifest.kind](manifest, AcousticModel(opened))
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
        """Transcribe what took `decode_seconds` to decode; raises as a reader's `read` does."""
        return self._run([waveform.samples], decode_seconds)

    def transcribe_stream(
        self, source: audio.Source, budget: audio.Budget, watch: Watch = unwatched
    ) -> Transcript:
        """Transcribe while decoding, in memory that does not grow with duration.

        The transcript and the errors are those of `transcribe`; what `watch` raises besides.
        """
        return self.transcribe_blocks(audio.stream(source, budget), watch)

    def transcribe_blocks(self, blocks: Iterable[Floats], watch: Watch = unwatched) -> Transcript:
        """Transcribe a waveform that comes in blocks, as `audio.stream` gives them."""
        return self._run(blocks, 0.0, watch)

    def _run(
        self, blocks: Iterable[Floats], decoded: float, watch: Watch = unwatched
    ) -> Transcript:
        started = time.perf_counter()
        meter = _Meter(blocks)
        heard = self._reader.read(meter.blocks(), watch)
        seconds = meter.samples / audio.SAMPLE_RATE
        elapsed = time.perf_counter() - started
        timing = Timing(
            decode_ms=round((decoded + meter.elapsed) * 1000, 1),
            inference_ms=round((elapsed - meter.elapsed) * 1000, 1),
            real_time_factor=round((decoded + elapsed) / seconds, 4),
            cold_start=self._cold,
        )
        self._cold = False
        return Transcript(
            words=tuple(self._word(word, seconds) for word in heard),
            duration=round(seconds, 3),
            model=self.identity,
            timing=timing,
        )

    def _word(self, heard: Heard, seconds: float) -> Word:
        return Word(
            word=heard.text,
            start=round(heard.start, 3),
            end=round(min(heard.end, seconds), 3),
            confidence=round(self._confidence(heard.log_prob), 3),
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
