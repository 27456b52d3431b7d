"""Accuracy of capitals and punctuation: precision, recall and F1 against written references.

Reference and hypothesis are aligned by their plain words, so that a word that was misrecognised can
still have the right case and mark. Marks and capitals of inserted words are false positives, those
of deleted words false negatives.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import jiwer

from training.data.written_text import MARKS, plain_word, split_words, tidy
from training.evaluation.inference import Result
from training.evaluation.metrics import score

CAPITALS, ALL_MARKS = "capitals", "all"
LISTED_MARKS = MARKS.replace("!", "")  # too rare to be measured one by one


def punctuation_report(results: Sequence[Result]) -> dict[str, Any] | None:
    """Report on the utterances whose reference has case and marks, for JSON.

    Returns
    -------
    dict or None
        `utterances`; `written_wer`, in which a word counts as correct if its case and marks are
        too; and `precision`, `recall`, `f1` and `count` in the references of each mark, of `all`
        marks, and of `capitals` (words that begin with one). None without such utterances.
    """
    pairs = [(r.utterance.written, tidy(r.written)) for r in results if r.utterance.written]
    if not pairs:
        return None
    expected: Counter[str] = Counter()
    found: Counter[str] = Counter()
    correct: Counter[str] = Counter()
    for reference, hypothesis in pairs:
        for left, right in _aligned_words(split_words(reference), split_words(hypothesis)):
            expected.update(left)
            found.update(right)
            correct.update(left & right)
    for counts in (expected, found, correct):
        counts[ALL_MARKS] = sum(counts[mark] for mark in MARKS)
    references, hypotheses = zip(*pairs, strict=True)
    return {
        "utterances": len(pairs),
        "written_wer": round(score(references, hypotheses).wer, 4),
        **{
            name: _rates(correct[name], found[name], expected[name])
            for name in (*LISTED_MARKS, ALL_MARKS, CAPITALS)
        },
    }


def _aligned_words(
    reference: Sequence[str], hypothesis: Sequence[str]
) -> list[tuple[set[str], set[str]]]:
    """Properties of the words that the alignment pairs; the empty set for a missing word."""
    alignment = jiwer.process_words(
        " ".join(map(plain_word, reference)), " ".join(map(plain_word, hypothesis))
    ).alignments[0]
    pairs = []
    for chunk in alignment:
        left = [_properties(w) for w in reference[chunk.ref_start_idx : chunk.ref_end_idx]]
        right = [_properties(w) for w in hypothesis[chunk.hyp_start_idx : chunk.hyp_end_idx]]
        if chunk.type == "insert":
            left = [set() for _ in right]
        if chunk.type == "delete":
            right = [set() for _ in left]
        pairs += list(zip(left, right, strict=True))
    return pairs


def _properties(word: str) -> set[str]:
    """Capital and mark of a word."""
    marks = {word[-1]} & set(MARKS)
    return marks | ({CAPITALS} if word[0].isupper() else set())


def _rates(correct: int, found: int, expected: int) -> dict[str, Any]:
    return {
        "precision": round(correct / max(found, 1), 4),
        "recall": round(correct / max(expected, 1), 4),
        "f1": round(2 * correct / max(found + expected, 1), 4),
        "count": expected,
    }
