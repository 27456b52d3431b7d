"""How far the times of words that were heard right stray from a forced alignment."""

from collections.abc import Iterator, Sequence

import numpy as np

from asr.bundle import Bundle
from asr.model import AcousticModel
from asr.readers import CtcReader
from training.alignment import TimeErrors, align, time_errors
from training.corpus import decode
from training.hearing import Result
from training.scoring import matches

Edges = tuple[float, float]


def measure(opened: Bundle, results: Sequence[Result]) -> TimeErrors | None:
    """Compare the times that a `ctc` bundle gave with those of an alignment to what was said.

    The alignment is of the bundle's own log-probabilities: what is measured is what greedy decoding
    adds to the network's own blur. Clips that are too short for their text are left out.

    Parameters
    ----------
    results : sequence of Result
        What this bundle heard.

    Returns
    -------
    TimeErrors or None
        None where no word was heard right.
    """
    reader = CtcReader(opened.manifest, AcousticModel(opened))
    pairs = [pair for result in results for pair in _pairs(reader, opened, result)]
    return time_errors(pairs) if pairs else None


def _pairs(reader: CtcReader, opened: Bundle, result: Result) -> Iterator[tuple[Edges, Edges]]:
    """Times as heard and as aligned of each word that was heard right."""
    spoken = result.utterance.text
    right = matches(spoken, result.text)
    if result.transcript is None or not right:
        return
    log_probs = np.concatenate(list(reader.log_probs([decode(result.utterance).samples])))
    try:
        spans = align(log_probs, spoken, opened.manifest.alphabet)
    except ValueError:  # more characters than frames, or one that the alphabet lacks
        return
    step, seconds = opened.manifest.frame_seconds, result.transcript.duration
    for said, heard in right:
        word, span = result.transcript.words[heard], spans[said]
        yield (word.start, word.end), (span.start * step, min(span.end * step, seconds))
