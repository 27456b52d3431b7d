"""The pipeline, and the one call that all doors make: audio in, Transcript out."""

import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.audio import audio
from asr.bundle import NO_LANGUAGE_MODEL
from asr.decoding import decoders
from asr.errors import MalformedRequestError, ModelUnavailableError
from asr.manifest import Confidence
from asr.recognisers import (
    READERS,
    Heard,
    Reader,
    Watch,
    unwatched,
)
from asr.settings import BEAM, GREEDY, Settings
from asr.transcript import ModelIdentity, Timing, Transcript, Word

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class _Ear:
    """A reader with one decoder, and how sure it can be of what it hears."""

    identity: ModelIdentity
    reader: Reader
    confidence: Confidence


class Transcriber:
    """An open model, ready to transcribe.

    Parameters
    ----------
    opened : bundle.Bundle
        A verified bundle.
    decoder : str
        `greedy` or `beam`, where a call does not say.
    model : AcousticModel, optional
        The model of `opened` where it is open already; it may be shared by several transcribers.

    Raises
    ------
    ModelUnavailableError
        If the model cannot be opened, or has no language model for the decoder.
    """

    def __init__(
        self, opened: bundle.Bundle, decoder: str = GREEDY, model: AcousticModel | None = None
    ) -> None:
        manifest = opened.manifest
        self.manifest = manifest
        self.identity = ModelIdentity(manifest.name, manifest.version, opened.sha256, decoder)
        self.model = model or AcousticModel(opened)
        self._read = opened.read
        self._ears = {decoder: self._open_ear(decoder)}
        self._cold = True

    def transcribe(
        self, source: audio.Source, budget: audio.Budget, decoder: str | None = None
    ) -> Transcript:
        """Decode all of `source`, then transcribe it: what is refused has cost no inference.

        Raises
        ------
        AsrError
            `EmptyAudioError`, `UnsupportedAudioError`, `TooShortError`, `TooLongError` or
            `TooLargeError`; `MalformedRequestError` if there is no language model for `decoder`,
            `ModelUnavailableError` if its file is missing or altered.
        """
        self._ear(decoder)
        started = time.perf_counter()
        waveform = audio.decode(source, budget)
        return self.transcribe_waveform(waveform, time.perf_counter() - started, decoder)

    def transcribe_waveform(
        self,
        waveform: audio.Waveform,
        decode_seconds: float = 0.0,
        decoder: str | None = None,
    ) -> Transcript:
        """Transcribe what took `decode_seconds` to decode; raises as a reader's `read` does."""
        return self._run(self._ear(decoder), [waveform.samples], decode_seconds)

    def transcribe_stream(
        self,
        source: audio.Source,
        budget: audio.Budget,
        watch: Watch = unwatched,
        decoder: str | None = None,
    ) -> Transcript:
        """Transcribe while decoding, in memory that does not grow with duration.

        The transcript and the errors are those of `transcribe`; what `watch` raises besides.
        """
        return self.transcribe_blocks(audio.stream(source, budget), watch, decoder)

    def transcribe_blocks(
        self, blocks: Iterable[Floats], watch: Watch = unwatched, decoder: str | None = None
    ) -> Transcript:
        """Transcribe a waveform that comes in blocks, as `audio.stream` gives them."""
        return self._run(self._ear(decoder), blocks, 0.0, watch)

    @property
    def decoders(self) -> tuple[str, ...]:
        """The decoders that a call may name, of `settings.DECODERS`."""
        return (GREEDY, BEAM) if self.manifest.language_model else (GREEDY,)

    def _ear(self, decoder: str | None) -> _Ear:
        """What hears with `decoder`; opened when it is first asked for, and kept."""
        name = decoder or self.identity.decoder
        if name not in self._ears:
            if name == BEAM and self.manifest.language_model is None:
                raise MalformedRequestError(NO_LANGUAGE_MODEL)
            self._ears[name] = self._open_ear(name)
        return self._ears[name]

    def _open_ear(self, decoder: str) -> _Ear:
        manifest, language_model = self.manifest, self.manifest.language_model
        decode, confidence = decoders.greedy(manifest), manifest.confidence
        if decoder == BEAM:
            if language_model is None:
                raise ModelUnavailableError(NO_LANGUAGE_MODEL)
            content = self._read(language_model)
            decode = decoders.beam(manifest, content, language_model.search)
            confidence = language_model.confidence
        reader = READERS[manifest.kind](manifest, self.model, decode)
        return _Ear(replace(self.identity, decoder=decoder), reader, confidence)

    def _run(
        self, ear: _Ear, blocks: Iterable[Floats], decoded: float, watch: Watch = unwatched
    ) -> Transcript:
        started = time.perf_counter()
        meter = _Meter(blocks)
        heard = ear.reader.read(meter.blocks(), watch)
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
            words=tuple(_word(word, seconds, ear.confidence) for word in heard),
            duration=round(seconds, 3),
            model=ear.identity,
            timing=timing,
        )


def _word(heard: Heard, seconds: float, scaling: Confidence) -> Word:
    return Word(
        word=heard.text,
        start=round(heard.start, 3),
        end=round(min(heard.end, seconds), 3),
        confidence=round(_confidence(heard.log_prob, scaling), 3),
    )


def _confidence(log_prob: float, scaling: Confidence) -> float:
    """Calibrated probability that a word is right (Platt scaling of its log-odds)."""
    probability = min(max(math.exp(log_prob), 1e-6), 1 - 1e-6)
    odds = math.log(probability / (1 - probability))
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
    """Transcribe the bundle's own clip, by each decoder that it can be decoded with.

    Raises
    ------
    ModelUnavailableError
        If one reads it otherwise.
    """
    manifest = transcriber.manifest
    expected = {GREEDY: (manifest.model.file, manifest.golden.transcript)}
    if manifest.language_model:
        expected[BEAM] = (manifest.language_model.file, manifest.language_model.golden)
    for decoder, (file, text) in expected.items():
        budget = audio.Budget(max_seconds=60.0)
        heard = transcriber.transcribe(manifest.golden.audio, budget, decoder).text
        if heard != text:
            raise ModelUnavailableError(
                f"{file} reads its golden clip as {heard!r}, expected {text!r}"
            )


def open_transcriber(settings: Settings) -> Transcriber:
    """Fetch, verify and open the model that `settings` name; raises ModelUnavailableError."""
    opened = bundle.load(settings.model_uri, settings.model_sha256)
    transcriber = Transcriber(opened, settings.decoder)
    if settings.model_self_test:
        check_golden(transcriber)
    return transcriber


@cache
def warm_transcriber(settings: Settings) -> Transcriber:
    """The one Transcriber of this process: opened at the first call, kept while it is warm."""
    return open_transcriber(settings)
