"""How far the times of words that were heard right stray from forced alignments."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pocketsphinx import Decoder

from asr.audio.audio import SAMPLE_RATE
from asr.decoding.decoders import greedy
from asr.decoding.forced_alignment import align
from asr.recognisers import CtcReader
from asr.transcriber import Transcriber
from training.alignment import cut_words
from training.data.corpus import decode
from training.evaluation.inference import Result
from training.evaluation.metrics import matches

Samples = NDArray[np.float32]
Edges = tuple[float, float]
# Start and end, in seconds, of each word of a text in samples (samples,); none where it finds none.
Aligner = Callable[[Samples, str], list[Edges]]


def by_itself(transcriber: Transcriber) -> Aligner:
    """Aligns in the log-probabilities of a `ctc` bundle itself.

    Against it, what is measured is what greedy decoding adds to the network's own blur.
    """
    manifest = transcriber.manifest
    reader = CtcReader(manifest, transcriber.model, greedy(manifest))
    step = manifest.frame_seconds

    def edges(samples: Samples, text: str) -> list[Edges]:
        log_probs = np.concatenate(list(reader.log_probs([samples])))
        try:
            spans = align(log_probs, text, manifest.alphabet)
        except ValueError:  # more characters than frames, or one that the alphabet lacks
            return []
        seconds = len(samples) / SAMPLE_RATE
        return [(span.start * step, min(span.end * step, seconds)) for span in spans]

    return edges


def by_pocketsphinx() -> Aligner:
    """Aligns by models of phones that know nothing of the bundle, in steps of 10 ms.

    Only texts whose words are all in its dictionary; in others it finds none.
    """
    decoder = Decoder(samprate=SAMPLE_RATE, lm=None, loglevel="FATAL")

    def edges(samples: Samples, text: str) -> list[Edges]:
        return [
            (start / SAMPLE_RATE, end / SAMPLE_RATE)
            for word, start, end in cut_words.align(decoder, samples, text)
            if not word.startswith(("<", "["))  # silence, noise
        ]

    return edges


@dataclass(frozen=True)
class TimeErrors:
    """How far the edges of correctly heard words lie from those of the alignment, in seconds."""

    words: int
    mean: float
    median: float
    percentile_95: float


def time_errors(
    pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]],
) -> TimeErrors:
    """Summarise pairs of (start, end), both edges counted alike; there is one pair at least."""
    heard, aligned = np.array(pairs).transpose(1, 0, 2)
    distance = np.abs(heard - aligned)
    return TimeErrors(
        words=len(pairs),
        mean=round(float(distance.mean()), 3),
        median=round(float(np.median(distance)), 3),
        percentile_95=round(float(np.percentile(distance, 95)), 3),
    )


def measure(
    results: Sequence[Result], aligners: Mapping[str, Aligner]
) -> dict[str, TimeErrors | None]:
    """Compare the times of words with those of each alignment to what was said, by its name.

    None stands where no word was heard right, in any clip that could be aligned.
    """
    pairs: dict[str, list[tuple[Edges, Edges]]] = defaultdict(list)
    for result in results:
        spoken = result.utterance.text
        right = matches(spoken, result.text)
        if result.transcript is None or not right:
            continue
        samples, words = decode(result.utterance).samples, result.transcript.words
        for name, aligner in aligners.items():
            aligned = aligner(samples, spoken)
            if len(aligned) == len(spoken.split()):
                pairs[name] += [
                    ((words[heard].start, words[heard].end), aligned[said]) for said, heard in right
                ]
    return {name: time_errors(pairs[name]) if pairs[name] else None for name in aligners}
