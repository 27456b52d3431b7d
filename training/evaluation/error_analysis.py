"""Error analysis: the most frequent substitutions, deletions and insertions of words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import jiwer

MAX_LISTED = 10  # of each kind of edit


def most_frequent_errors(references: Sequence[str], hypotheses: Sequence[str]) -> dict[str, Any]:
    """Count word edits by kind and list the most frequent ones; empty references are ignored.

    Returns
    -------
    dict
        `substitutions` as [reference word, hypothesis word, count], `deletions` and `insertions`
        as [word, count], in descending order of count, then alphabetically.

    Raises
    ------
    ValueError
        If there are more references than hypotheses, or fewer.
    """
    edits: dict[str, Counter[tuple[str, ...]]] = {
        kind: Counter() for kind in ("substitute", "delete", "insert")
    }
    for reference, hypothesis in zip(references, hypotheses, strict=True):
        if reference:
            for kind, words in _edits(reference, hypothesis):
                edits[kind][words] += 1
    return {
        "substitutions": _top(edits["substitute"]),
        "deletions": _top(edits["delete"]),
        "insertions": _top(edits["insert"]),
    }


def _edits(reference: str, hypothesis: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    reference_words, hypothesis_words = reference.split(), hypothesis.split()
    for chunk in jiwer.process_words(reference, hypothesis).alignments[0]:
        left = reference_words[chunk.ref_start_idx : chunk.ref_end_idx]
        right = hypothesis_words[chunk.hyp_start_idx : chunk.hyp_end_idx]
        if chunk.type == "substitute":
            yield from (("substitute", pair) for pair in zip(left, right, strict=True))
        elif chunk.type != "equal":
            yield from ((chunk.type, (word,)) for word in left + right)


def _top(counts: Counter[tuple[str, ...]]) -> list[list[str | int]]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [[*words, count] for words, count in ranked[:MAX_LISTED]]
