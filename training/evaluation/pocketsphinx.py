"""PocketSphinx with the English model of its wheel, as a reproducible reference recogniser."""

import time

import numpy as np
from pocketsphinx import Decoder

from asr.audio import audio
from asr.transcript import ModelIdentity, Timing, Transcript, Word
from training.data import text

FRAME_SECONDS = 0.01
IDENTITY = ModelIdentity("pocketsphinx-en-us", "5", "", decoder="pocketsphinx")


class PocketSphinx:
    """Reference recogniser with the interface of `asr.transcriber.Transcriber`."""

    def __init__(self) -> None:
        self.identity = IDENTITY
        self._decoder = Decoder(samprate=audio.SAMPLE_RATE, loglevel="FATAL")

    def transcribe(self, source: audio.Source, budget: audio.Budget) -> Transcript:
        """Decode and transcribe `source`.

        Raises
        ------
        AsrError
            If the audio cannot be decoded within `budget`, or is too short.
        """
        started = time.perf_counter()
        waveform = audio.decode(source, budget)
        decoded = time.perf_counter()
        self._decoder.start_utt()
        samples = np.round(waveform.samples * 32767).astype(np.int16)
        self._decoder.process_raw(samples.tobytes(), full_utt=True)
        self._decoder.end_utt()
        words = tuple(
            Word(
                part,
                round(segment.start_frame * FRAME_SECONDS, 3),
                round((segment.end_frame + 1) * FRAME_SECONDS, 3),
                confidence=1.0,  # its posteriors are not calibrated
            )
            for segment in self._decoder.seg() or ()
            for part in _words(segment.word)
        )
        done = time.perf_counter()
        return Transcript(
            words=words,
            duration=round(waveform.seconds, 3),
            model=IDENTITY,
            timing=Timing(
                decode_ms=round((decoded - started) * 1000, 1),
                inference_ms=round((done - decoded) * 1000, 1),
                real_time_factor=round((done - started) / waveform.seconds, 4),
                cold_start=False,
            ),
        )


def _words(token: str) -> list[str]:
    """Normalised words of a dictionary entry, without the mark of a pronunciation variant.

    Silence and noise have none.
    """
    if token.startswith(("<", "[")):
        return []
    return text.normalise(token.partition("(")[0]).split()
