"""PocketSphinx with the English model of its wheel, as a reproducible reference recogniser."""

import time

from asr.audio import audio
from asr.transcript import ModelIdentity, Timing, Transcript, Word
from training.alignment.pocketsphinx import Recogniser
from training.data import text

IDENTITY = ModelIdentity("pocketsphinx-en-us", "5", "", decoder="pocketsphinx")


class PocketSphinx:
    """Reference recogniser with the interface of `asr.transcriber.Transcriber`."""

    def __init__(self) -> None:
        self.identity = IDENTITY
        self._recogniser = Recogniser()

    def transcribe(self, source: audio.AudioSource, budget: audio.Budget) -> Transcript:
        """Decode and transcribe `source`.

        Raises
        ------
        AsrError
            If the audio cannot be decoded within `budget`, or is too short.
        """
        started = time.perf_counter()
        waveform = audio.decode(source, budget)
        decoded = time.perf_counter()
        words = tuple(
            # 1.0, since its posterior probabilities are not calibrated
            Word(part, segment.start, segment.end, confidence=1.0)
            for segment in self._recogniser.recognise(waveform.samples)
            for part in text.normalise(segment.word).split()
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
