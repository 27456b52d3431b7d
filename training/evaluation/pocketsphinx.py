"""PocketSphinx, with the model of its wheel: a reference recogniser that everyone can reproduce."""

import time

import numpy as np
from pocketsphinx import Decoder

from asr.audio import audio
from asr.transcript import ModelIdentity, Timing, Transcript, Word
from training.data import text

FRAME_SECONDS = 0.01
IDENTITY = ModelIdentity("pocketsphinx-en-us", "5", "", decoder="pocketsphinx")


class PocketSphinx:
    """Transcribes as `asr.transcriber.Transcriber` does, so that both are scored alike."""

    def __init__(self) -> None:
        self.identity = IDENTITY
        self._decoder = Decoder(samprate=audio.SAMPLE_RATE, loglevel="FATAL")

    def transcribe(self, source: audio.Source, budget: audio.Budget) -> Transcript:
        """Decode and transcribe `source`; raises what `asr.audio.audio.decode` raises."""
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
                confidence=1.0,  # its posteriors are not calibrated, and none are claimed
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
    """Normalised words of a dictionary entry: none for silence and noise, no pronunciation mark."""
    if token.startswith(("<", "[")):
        return []
    return text.normalise(token.partition("(")[0]).split()
