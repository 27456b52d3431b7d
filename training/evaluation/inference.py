"""Inference over a corpus: each clip through the pipeline that serves, with its processor time."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from tqdm import tqdm

from asr.audio.audio import AudioSource, Budget
from asr.errors import TooShortError
from asr.transcript import ModelIdentity, Transcript
from training.data.manifest import Utterance
from training.data.text import normalise
from training.errors import error_context

BUDGET = Budget(max_seconds=600.0)


class RecogniserLike(Protocol):
    """A recogniser to evaluate: `asr.transcriber.Transcriber` of a bundle, or a reference."""

    identity: ModelIdentity

    def transcribe(self, source: AudioSource, budget: Budget) -> Transcript:
        """Decode and transcribe `source`; raises AsrError."""
        ...


@dataclass(frozen=True)
class Result:
    """An utterance and its hypothesis.

    Attributes
    ----------
    transcript : Transcript, optional
        None if the clip is too short to be transcribed.
    cpu_seconds : float
        Processor time of decoding the audio and recognising it.
    """

    utterance: Utterance
    transcript: Transcript | None
    cpu_seconds: float = 0.0

    @property
    def written(self) -> str:
        """Hypothesis as the recogniser wrote it; empty if there is no transcript."""
        return self.transcript.text if self.transcript else ""

    @property
    def plain_words(self) -> list[list[str]]:
        """Plain words of each word of the transcript: a compound has several, a number none."""
        if self.transcript is None:
            return []
        return [normalise(word.punctuated_word).split() for word in self.transcript.words]

    @property
    def text(self) -> str:
        """Plain hypothesis, comparable with the plain reference."""
        return " ".join(word for words in self.plain_words for word in words)


def transcribe_corpus(recogniser: RecogniserLike, utterances: Sequence[Utterance]) -> list[Result]:
    """Transcribe clips one by one, as a request with the same audio would be.

    Raises
    ------
    InputError
        If a clip cannot be read or decoded; the message names the file.
    """
    results = []
    for utterance in tqdm(utterances, unit="clip", disable=not sys.stderr.isatty()):
        with error_context(utterance.path):
            started = time.process_time()
            transcript = _transcribe_clip(recogniser, utterance)
            results.append(Result(utterance, transcript, time.process_time() - started))
    return results


def _transcribe_clip(recogniser: RecogniserLike, utterance: Utterance) -> Transcript | None:
    try:
        return recogniser.transcribe(utterance.path.read_bytes(), BUDGET)
    except TooShortError:
        return None


def sample_utterances(utterances: Sequence[Utterance], count: int, seed: int) -> list[Utterance]:
    """Sample up to `count` utterances uniformly without replacement; keeps their order.

    With one seed, a smaller sample is a subset of a larger one.
    """
    sampled = np.random.default_rng(seed).permutation(len(utterances))[:count]
    return [utterances[index] for index in sorted(sampled.tolist())]
