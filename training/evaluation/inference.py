"""What a recogniser hears in a corpus, clip by clip, through the very pipeline that serves."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from tqdm import tqdm

from asr.audio.audio import Budget, Source
from asr.errors import TooShortError
from asr.transcript import ModelIdentity, Transcript
from training.data.manifest import Utterance
from training.errors import error_context

BUDGET = Budget(max_seconds=600.0)


class Listener(Protocol):
    """Whatever transcribes: a bundle's `asr.transcriber.Transcriber`, or a reference."""

    identity: ModelIdentity

    def transcribe(self, source: Source, budget: Budget) -> Transcript:
        """Decode and transcribe `source`; raises AsrError."""
        ...


@dataclass(frozen=True)
class Result:
    """An utterance and what was heard in it; None where it is too short to hear anything.

    `spent` is the processor time that it took, in seconds, decoding included.
    """

    utterance: Utterance
    transcript: Transcript | None
    spent: float = 0.0

    @property
    def text(self) -> str:
        """The transcript's text."""
        return self.transcript.text if self.transcript else ""


def transcribe(listener: Listener, utterances: Sequence[Utterance]) -> list[Result]:
    """Transcribe each clip as a request would be.

    Raises
    ------
    InputError
        If a clip is not there, or cannot be decoded; it names the file.
    """
    results = []
    for utterance in tqdm(utterances, unit="clip", disable=not sys.stderr.isatty()):
        with error_context(utterance.path):
            started = time.process_time()
            heard = _heard(listener, utterance)
            results.append(Result(utterance, heard, time.process_time() - started))
    return results


def _heard(listener: Listener, utterance: Utterance) -> Transcript | None:
    try:
        return listener.transcribe(utterance.path.read_bytes(), BUDGET)
    except TooShortError:
        return None


def draw(utterances: Sequence[Utterance], clips: int, seed: int) -> list[Utterance]:
    """So many of the utterances, each as likely as any other, in their order."""
    drawn = np.random.default_rng(seed).permutation(len(utterances))[:clips]
    return [utterances[index] for index in sorted(drawn.tolist())]
