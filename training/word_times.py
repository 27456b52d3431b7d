"""How far the times of words that were heard right stray from forced alignments."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pocketsphinx import Decoder

from asr.alignment import align
from asr.audio import SAMPLE_RATE
from asr.bundle import Bundle
from asr.decoding import greedy
from asr.model import AcousticModel
from asr.readers import CtcReader
from training import isolate
from training.corpus import decode
from training.hearing import Result
from training.scoring import matches
from training.time_errors import TimeErrors, time_errors

Samples = NDArray[np.float32]
Edges = tuple[float, float]
# Start and end, in seconds, of each word of a text in samples (samples,); none where it finds none.
Aligner = Callable[[Samples, str], list[Edges]]


def by_itself(opened: Bundle) -> Aligner:
    """Aligns in the log-probabilities of a `ctc` bundle itself.

    Against it, what is measured is what greedy decoding adds to the network's own blur.
    """
    reader = CtcReader(opened.manifest, AcousticModel(opened), greedy(opened.manifest))
    step = opened.manifest.frame_seconds

    def edges(samples: Samples, text: str) -> list[Edges]:
        log_probs = np.concatenate(list(reader.log_probs([samples])))
        try:
            spans = align(log_probs, text, opened.manifest.alphabet)
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
            for word, start, end in isolate.align(decoder, samples, text)
            if not word.startswith(("<", "["))  # silence, noise
        ]

    return edges


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
