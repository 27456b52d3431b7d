"""Word timing errors: times of correctly recognised words against a forced alignment."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from asr.audio.audio import SAMPLE_RATE
from asr.decoding.decoders import greedy_decoder
from asr.decoding.forced_alignment import align_text
from asr.recognisers import CtcRecogniser
from asr.transcriber import Transcriber
from asr.types import Samples
from training.alignment.pocketsphinx import WordAligner
from training.data.corpus import decode_clip
from training.evaluation.inference import Result
from training.evaluation.metrics import word_hits

Edges = tuple[float, float]  # start and end of a word, in seconds
# From samples, shape (samples,), float32 in [-1, 1] at 16 kHz, and their text, to the edges of each
# word; none if the text cannot be aligned.
Aligner = Callable[[Samples, str], list[Edges]]


def ctc_aligner(transcriber: Transcriber) -> Aligner:
    """Forced alignment in the log-probabilities of a `ctc` bundle itself.

    Against this reference, the error is what greedy decoding adds to the model's own time blur.
    """
    manifest = transcriber.manifest
    recogniser = CtcRecogniser(manifest, transcriber.model, greedy_decoder(manifest))
    step = manifest.frame_seconds

    def edges(samples: Samples, text: str) -> list[Edges]:
        log_probs = np.concatenate(list(recogniser.log_probs([samples])))
        try:
            spans = align_text(log_probs, text, manifest.alphabet)
        except ValueError:  # more characters than frames, or one outside the alphabet
            return []
        seconds = len(samples) / SAMPLE_RATE
        return [(span.start * step, min(span.end * step, seconds)) for span in spans]

    return edges


def pocketsphinx_aligner() -> Aligner:
    """Forced alignment by the phone models of PocketSphinx, independent of any bundle.

    Its resolution is 10 ms. A text with an out-of-vocabulary word cannot be aligned.
    """
    aligner = WordAligner()

    def edges(samples: Samples, text: str) -> list[Edges]:
        return [(start, end) for _, start, end in aligner.align(samples, text)]

    return edges


@dataclass(frozen=True)
class TimingErrors:
    """Absolute errors of the starts and ends of correctly recognised words, in seconds."""

    words: int
    mean: float
    median: float
    percentile_95: float


def timing_errors(pairs: Sequence[tuple[Edges, Edges]]) -> TimingErrors:
    """Summarise at least one pair of (recognised, aligned) edges; both edges have equal weight."""
    recognised, aligned = np.array(pairs).transpose(1, 0, 2)
    distance = np.abs(recognised - aligned)
    return TimingErrors(
        words=len(pairs),
        mean=round(float(distance.mean()), 3),
        median=round(float(np.median(distance)), 3),
        percentile_95=round(float(np.percentile(distance, 95)), 3),
    )


def word_timing_errors(
    results: Sequence[Result], aligners: Mapping[str, Aligner]
) -> dict[str, TimingErrors | None]:
    """Compare the times of correctly recognised words with forced alignments of the references.

    Returns
    -------
    dict
        By name of the aligner; None if no clip that it aligned has a correctly recognised word.

    Raises
    ------
    InputError
        If a clip can no longer be read.
    """
    pairs: dict[str, list[tuple[Edges, Edges]]] = defaultdict(list)
    for result in results:
        reference = result.utterance.text
        hits = word_hits(reference, result.text)
        if result.transcript is None or not hits:
            continue
        samples, words = decode_clip(result.utterance).samples, result.transcript.words
        owners = [n for n, parts in enumerate(result.plain_words) for _ in parts]
        for name, aligner in aligners.items():
            aligned = aligner(samples, reference)
            if len(aligned) == len(reference.split()):
                pairs[name] += [
                    ((words[owner].start, words[owner].end), aligned[position])
                    for position, owner in ((r, owners[h]) for r, h in hits)
                    if owners.count(owner) == 1  # the parts of a compound have no times
                ]
    return {name: timing_errors(pairs[name]) if pairs[name] else None for name in aligners}
