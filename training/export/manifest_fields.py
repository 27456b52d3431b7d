"""Manifest fields that depend on the kind of a bundle: `ctc` or `keyword`."""

import math
from collections.abc import Sequence
from typing import Any

from asr.manifest import Alphabet
from training.data import text

WINDOW_SECONDS, OVERLAP_SECONDS = 30.0, 4.0
# A longer bounded context is treated as unbounded: over a third of the work would be overlap.
MAX_CONTEXT_SECONDS = 5.0
KEYWORD_SECONDS = 6.0  # the longest clip of a single word in the corpora lasts 5.3 s


def ctc_fields(
    frame_seconds: float,
    alphabet: Alphabet = text.ALPHABET,
    context_seconds: float = math.inf,
) -> dict[str, Any]:
    """Fields of a `ctc` bundle.

    Parameters
    ----------
    frame_seconds : float
        Step of one output frame.
    context_seconds : float
        Audio on either side that an output frame depends on. Where it is bounded, neighbouring
        windows overlap by twice as much, which makes windowed decoding equal to decoding the
        whole recording.
    """
    overlap = OVERLAP_SECONDS
    if context_seconds <= MAX_CONTEXT_SECONDS:
        overlap = round(2 * frame_seconds * math.ceil(context_seconds / frame_seconds), 6)
    return {
        "kind": "ctc",
        "frame_seconds": frame_seconds,
        "labels": tuple(alphabet.labels),
        "blank": alphabet.blank,
        "word_boundary": alphabet.word_boundary,
        "window_seconds": WINDOW_SECONDS,
        "overlap_seconds": overlap,
    }


def keyword_fields(labels: Sequence[str]) -> dict[str, Any]:
    """Fields of a `keyword` bundle, whose classes are the words `labels`."""
    return {"kind": "keyword", "labels": tuple(labels), "window_seconds": KEYWORD_SECONDS}
