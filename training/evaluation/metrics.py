"""Accuracy, and word and character error rates at corpus level (edits over reference words)."""

from collections.abc import Sequence
from dataclasses import dataclass

import jiwer
import numpy as np


@dataclass(frozen=True)
class Score:
    """Edits between references and hypotheses.

    `words` and `characters` are those of the references; rates are edits over them.
    """

    utterances: int
    words: int
    characters: int
    substitutions: int
    deletions: int
    insertions: int
    character_edits: int

    @property
    def word_edits(self) -> int:
        """Substitutions, deletions and insertions of words."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def wer(self) -> float:
        """Word error rate; above 1 where there are more insertions than hits."""
        return self.word_edits / max(self.words, 1)

    @property
    def cer(self) -> float:
        """Character error rate, spaces counted as characters."""
        return self.character_edits / max(self.characters, 1)


def score(references: Sequence[str], hypotheses: Sequence[str]) -> Score:
    """Align normalised texts pair by pair (Levenshtein) and add up the edits."""
    spoken = [(r, h) for r, h in zip(references, hypotheses, strict=True) if r]
    # jiwer refuses an empty reference; every word heard there is an insertion.
    invented = [h for r, h in zip(references, hypotheses, strict=True) if not r]
    extra_words = sum(len(h.split()) for h in invented)
    extra_characters = sum(len(h) for h in invented)
    if not spoken:
        return Score(len(invented), 0, 0, 0, 0, extra_words, extra_characters)
    left, right = [r for r, _ in spoken], [h for _, h in spoken]
    words = jiwer.process_words(left, right)
    characters = jiwer.process_characters(left, right)
    return Score(
        utterances=len(references),
        words=words.hits + words.substitutions + words.deletions,
        characters=characters.hits + characters.substitutions + characters.deletions,
        substitutions=words.substitutions,
        deletions=words.deletions,
        insertions=words.insertions + extra_words,
        character_edits=characters.substitutions
        + characters.deletions
        + characters.insertions
        + extra_characters,
    )


def accuracy(references: Sequence[object], hypotheses: Sequence[object]) -> float:
    """Share of the pairs that are equal."""
    pairs = list(zip(references, hypotheses, strict=True))
    return sum(reference == hypothesis for reference, hypothesis in pairs) / max(len(pairs), 1)


def matches(reference: str, hypothesis: str) -> list[tuple[int, int]]:
    """Positions, in both texts, of each word that the alignment of words finds unchanged."""
    if not reference:
        return []
    chunks = jiwer.process_words(reference, hypothesis).alignments[0]
    return [
        pair
        for chunk in chunks
        if chunk.type == "equal"
        for pair in zip(
            range(chunk.ref_start_idx, chunk.ref_end_idx),
            range(chunk.hyp_start_idx, chunk.hyp_end_idx),
            strict=True,
        )
    ]


RESAMPLES = 2000


COVERAGE_PERCENT = 95


def interval(errors: Sequence[int], units: Sequence[int], seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of `sum(errors) / sum(units)` when the utterances are drawn anew.

    Parameters
    ----------
    errors, units : sequence of int, shape (utterances,)
        Edits of each utterance, and the words of its reference; of these there is one at least.

    Returns
    -------
    tuple of float
        Lower and upper bound, by percentile.
    """
    drawn = np.random.default_rng(seed).integers(0, len(errors), (RESAMPLES, len(errors)))
    rates = np.asarray(errors)[drawn].sum(axis=1) / np.maximum(
        np.asarray(units)[drawn].sum(axis=1), 1
    )
    tail = (100 - COVERAGE_PERCENT) / 2
    low, high = np.percentile(rates, [tail, 100 - tail])
    return float(low), float(high)
