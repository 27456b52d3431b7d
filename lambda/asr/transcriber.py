"""The transcription pipeline: audio in, Transcript out; every interface calls it."""

import math
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.audio import audio
from asr.audio.audio import DEFAULT_BUDGET, AudioSource, Budget, Waveform
from asr.audio.block import BlockMeter
from asr.audio_warnings import AudioWarning, WarningLog
from asr.choices import OptionError
from asr.decoder_session import NO_LANGUAGE_MODEL, DecoderSession, open_session
from asr.decoding.units import units_of
from asr.errors import MalformedRequestError, ModelUnavailableError
from asr.recognisers import ProgressCallback, ignore_progress
from asr.settings import BEAM, GREEDY, Settings
from asr.transcript import ModelIdentity, Timing, Transcript
from asr.types import Samples
from asr.vocabulary import NO_VOCABULARY, OPTION, Vocabulary

NO_BEAM_FOR_VOCABULARY = (
    f"{OPTION} needs a language model, and this model bundle has none: "
    f"leave it out, or use a bundle with a language model"
)
GREEDY_WITH_VOCABULARY = f"{OPTION} needs the decoder beam, not greedy: leave out one of them"


class Transcriber:
    """An open model, ready to transcribe.

    Parameters
    ----------
    opened : bundle.Bundle
        A verified bundle.
    decoder : str
        `greedy` or `beam`, the default of each call.
    model : AcousticModel, optional
        The open model of `opened`, which several transcribers may share; opened here by default.

    Raises
    ------
    ModelUnavailableError
        If the model cannot be opened, or has no language model for the decoder.

    Examples
    --------
    >>> from asr import open_transcriber
    >>> open_transcriber().transcribe("samples/hello.flac").text[:12]
    'good morning'
    """

    def __init__(
        self, opened: bundle.Bundle, decoder: str = GREEDY, model: AcousticModel | None = None
    ) -> None:
        manifest = opened.manifest
        self.manifest = manifest
        self.identity = ModelIdentity(manifest.name, manifest.version, opened.sha256, decoder)
        self.model = model or AcousticModel(opened)
        self._bundle = opened
        self._sessions = {decoder: open_session(opened, self.model, decoder)}
        self._cold = True

    @property
    def decoders(self) -> tuple[str, ...]:
        """The decoders available with this bundle, of `settings.DECODERS`."""
        return (GREEDY, BEAM) if self.manifest.language_model else (GREEDY,)

    @property
    def writes_punctuation(self) -> bool:
        """Whether the model writes punctuation marks or distinguishes case."""
        return self.manifest.kind == "ctc" and units_of(self.manifest.alphabet).are_written

    def transcribe(
        self,
        source: AudioSource,
        budget: Budget = DEFAULT_BUDGET,
        decoder: str | None = None,
        track: int | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
    ) -> Transcript:
        """Decode the whole source, then transcribe it; a rejected source costs no inference.

        Parameters
        ----------
        source : str, Path, bytes or BinaryIO
            The path, the content or an open file of encoded audio.
        budget : Budget
            Limits of duration and memory.
        decoder : str, optional
            `greedy` or `beam` instead of the default.
        track : int, optional
            Number of the sound track, from 1, instead of the best.
        vocabulary : Vocabulary
            Phrases to recognise, with the decoder `beam`.

        Raises
        ------
        AsrError
            `EmptyAudioError`, `UnsupportedAudioError`, `TooShortError`, `TooLongError` or
            `TooLargeError`; `MalformedRequestError` if there is no language model for `decoder` or
            `vocabulary`, or no track `track`; `ModelUnavailableError` if a file of the model is
            missing or altered.
        """
        session = self._session(decoder, vocabulary)
        started = time.perf_counter()
        waveform = audio.decode(source, budget, track)
        elapsed = time.perf_counter() - started
        return self._run(session, [waveform.samples], waveform.warnings, elapsed)

    def transcribe_waveform(
        self,
        waveform: Waveform,
        decode_seconds: float = 0.0,
        decoder: str | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
    ) -> Transcript:
        """Transcribe a decoded waveform; `decode_seconds` is added to the timing.

        Raises
        ------
        AsrError
            As `Recogniser.recognise`, and for `decoder` and `vocabulary` as `transcribe`.
        """
        session = self._session(decoder, vocabulary)
        return self._run(session, [waveform.samples], waveform.warnings, decode_seconds)

    def transcribe_stream(
        self,
        source: AudioSource,
        budget: Budget = DEFAULT_BUDGET,
        on_progress: ProgressCallback = ignore_progress,
        decoder: str | None = None,
        track: int | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
    ) -> Transcript:
        """Transcribe while decoding, in memory that does not grow with duration.

        Return value and errors as in `transcribe`; exceptions of `on_progress` pass.
        """
        warnings = WarningLog()
        blocks = audio.stream(source, budget, warnings, track)
        return self.transcribe_blocks(blocks, on_progress, decoder, warnings, vocabulary)

    def transcribe_blocks(
        self,
        blocks: Iterable[Samples],
        on_progress: ProgressCallback = ignore_progress,
        decoder: str | None = None,
        warnings: Iterable[AudioWarning] = (),
        vocabulary: Vocabulary = NO_VOCABULARY,
    ) -> Transcript:
        """Transcribe a waveform in blocks, shape (samples,), as `audio.stream` yields them.

        `warnings` are those of the stream, and are taken after its last block.
        """
        session = self._session(decoder, vocabulary)
        return self._run(session, blocks, warnings, 0.0, on_progress)

    def _session(
        self, decoder: str | None, vocabulary: Vocabulary = NO_VOCABULARY
    ) -> DecoderSession:
        """The session of a decoder, with a vocabulary if there is one."""
        reason = None
        if self.manifest.language_model is None:
            reason = NO_BEAM_FOR_VOCABULARY
        elif decoder == GREEDY:
            reason = GREEDY_WITH_VOCABULARY
        if not vocabulary.phrases or (reason and vocabulary.optional):
            return self._plain_session(decoder)
        if reason:
            raise OptionError(OPTION, reason)
        return self._plain_session(BEAM).with_vocabulary(vocabulary)

    def _plain_session(self, decoder: str | None) -> DecoderSession:
        """The session of a decoder, opened at its first use and kept."""
        name = decoder or self.identity.decoder
        if name not in self._sessions:
            if name == BEAM and self.manifest.language_model is None:
                raise MalformedRequestError(NO_LANGUAGE_MODEL)
            self._sessions[name] = open_session(self._bundle, self.model, name)
        return self._sessions[name]

    def _run(
        self,
        session: DecoderSession,
        blocks: Iterable[Samples],
        warnings: Iterable[AudioWarning],
        decode_seconds: float,
        on_progress: ProgressCallback = ignore_progress,
    ) -> Transcript:
        started = time.perf_counter()
        meter = BlockMeter(blocks)
        words = session.recogniser.recognise(meter.blocks(), on_progress)
        seconds = meter.samples / audio.SAMPLE_RATE
        elapsed = time.perf_counter() - started
        timing = Timing(
            decode_ms=round((decode_seconds + meter.elapsed) * 1000, 1),
            inference_ms=round((elapsed - meter.elapsed) * 1000, 1),
            real_time_factor=round((decode_seconds + elapsed) / seconds, 4),
            cold_start=self._cold,
        )
        self._cold = False
        duration = math.floor(seconds * 1000) / 1000  # a word must not end after the audio
        return Transcript(
            words=tuple(session.words(words, duration)),
            duration=duration,
            model=replace(self.identity, decoder=session.decoder),
            timing=timing,
            language=self.manifest.language,
            warnings=tuple(warnings),
        )


def check_golden(transcriber: Transcriber) -> None:
    """Run the bundle's golden test with each decoder that it supports.

    Raises
    ------
    ModelUnavailableError
        If a transcript differs from the manifest's.
    """
    manifest = transcriber.manifest
    expected = {GREEDY: (manifest.model.file, manifest.golden.transcript)}
    if manifest.language_model:
        expected[BEAM] = (manifest.language_model.file, manifest.language_model.golden)
    for decoder, (file, text) in expected.items():
        found = transcriber.transcribe(manifest.golden.audio, decoder=decoder).text
        if found != text:
            raise ModelUnavailableError(
                f"{file} transcribes its golden clip as {found!r}, expected {text!r}"
            )


def open_transcriber(settings: Settings | None = None) -> Transcriber:
    """Fetch, verify and open a model.

    Parameters
    ----------
    settings : Settings, optional
        Default: the environment variables; without any, the embedded model.

    Raises
    ------
    ModelUnavailableError
        If the bundle is missing or invalid, or fails its golden test where that is enabled.
    """
    settings = settings or Settings.from_environment()
    opened = bundle.load(settings.model_uri, settings.model_sha256)
    transcriber = Transcriber(opened, settings.decoder)
    if settings.model_self_test:
        check_golden(transcriber)
    return transcriber


@cache
def warm_transcriber(settings: Settings) -> Transcriber:
    """The Transcriber of this process: opened at the first call, reused while it is warm."""
    return open_transcriber(settings)
