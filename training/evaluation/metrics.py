"""Accuracy, word error rate (WER) and character error rate (CER) of a corpus, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import jiwer
import numpy as np

BOOTSTRAP_RESAMPLES = 2000
CONFIDENCE_PERCENT = 95  # level of a bootstrap interval


@dataclass(frozen=True)
class Score:
    """Edit counts between references and hypotheses.

    `words` and `characters` count the references' words and characters, the denominators of the
    rates.
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
        """Word error rate; above 1 if there are more insertions than hits."""
        return self.word_edits / max(self.words, 1)

    @property
    def cer(self) -> float:
        """Character error rate, spaces counted as characters."""
        return self.character_edits / max(self.characters, 1)


def score(references: Sequence[str], hypotheses: Sequence[str]) -> Score:
    """Align pairs of normalised texts by Levenshtein distance and sum the edits.

    Raises
    ------
    ValueError
        If there are more references than hypotheses, or fewer.
    """
    spoken = [(r, h) for r, h in zip(references, hypotheses, strict=True) if r]
    # jiwer rejects an empty reference; every word of its hypothesis is an insertion.
    hallucinated = [h for r, h in zip(references, hypotheses, strict=True) if not r]
    extra_words = sum(len(h.split()) for h in hallucinated)
    extra_characters = sum(len(h) for h in hallucinated)
    if not spoken:
        return Score(len(hallucinated), 0, 0, 0, 0, extra_words, extra_characters)
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
    """Share of the pairs that are equal; 0 if there are none.

    Raises
    ------
    ValueError
        If there are more references than hypotheses, or fewer.
    """
    pairs = list(zip(references, hypotheses, strict=True))
    return sum(reference == hypothesis for reference, hypothesis in pairs) / max(len(pairs), 1)


def word_hits(reference: str, hypothesis: str) -> list[tuple[int, int]]:
    """Pairs of word positions (reference, hypothesis) that the Levenshtein alignment matches."""
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


def bootstrap_interval(
    errors: Sequence[int], units: Sequence[int], seed: int = 0
) -> tuple[float, float]:
    """Bootstrap 95 % confidence interval of `sum(errors) / sum(units)` (Bisani and Ney 2004).

    Utterances are resampled with replacement.

    Parameters
    ----------
    errors, units : sequence of int, shape (utterances,)
        Word edits of each utterance and the words of its reference; at least one utterance.

    Returns
    -------
    tuple of float
        Lower and upper bound: percentiles of the resampled rates.
    """
    random = np.random.default_rng(seed)
    resamples = random.integers(0, len(errors), (BOOTSTRAP_RESAMPLES, len(errors)))
    rates = np.asarray(errors)[resamples].sum(axis=1) / np.maximum(
        np.asarray(units)[resamples].sum(axis=1), 1
    )
    tail = (100 - CONFIDENCE_PERCENT) / 2
    low, high = np.percentile(rates, [tail, 100 - tail])
    return float(low), float(high)
