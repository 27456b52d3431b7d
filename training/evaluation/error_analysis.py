"""Which words a recogniser takes for which: the most frequent edits of its transcripts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import jiwer

MOST = 10


def most_frequent(references: Sequence[str], hypotheses: Sequence[str]) -> dict[str, Any]:
    """The most frequent substitutions, deletions and insertions, with their counts.

    Returns
    -------
    dict
        `substitutions` as [said, heard, count], `deletions` and `insertions` as [word, count];
        the most frequent first, equal counts in the order of the alphabet.
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
    said, heard = reference.split(), hypothesis.split()
    for chunk in jiwer.process_words(reference, hypothesis).alignments[0]:
        left = said[chunk.ref_start_idx : chunk.ref_end_idx]
        right = heard[chunk.hyp_start_idx : chunk.hyp_end_idx]
        if chunk.type == "substitute":
            yield from (("substitute", pair) for pair in zip(left, right, strict=True))
        elif chunk.type != "equal":
            yield from ((chunk.type, (word,)) for word in left + right)


def _top(counts: Counter[tuple[str, ...]]) -> list[list[str | int]]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [[*words, count] for words, count in islice(ranked, MOST)]
