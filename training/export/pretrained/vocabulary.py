"""Vocabulary of a published model as the labels of a bundle: one label for each class."""

from collections.abc import Mapping, Sequence
from typing import Any

from asr.manifest import Alphabet
from training.errors import InputError

SENTENCEPIECE_BOUNDARY = "▁"
BYTE_LEVEL_BOUNDARY = "Ġ"
WORDPIECE_INNER = "##"  # begins the pieces that start no word


def tokenizer_alphabet(tokenizer: Any, classes: int) -> Alphabet:  # noqa: ANN401 - of transformers
    """Labels of a model's classes by its tokenizer; the padding token is CTC's blank.

    Raises
    ------
    InputError
        If a class has no token, a token no class, or there is no padding token.
    """
    tokens = {index: token for token, index in tokenizer.get_vocab().items()}
    added = (
        set(tokenizer.added_tokens_encoder.values()) if tokenizer.added_tokens_encoder else set()
    )
    without_token = [index for index in range(classes) if index not in tokens]
    without_class = [tokens[i] for i in sorted(tokens) if i >= classes and i not in added]
    if without_token or without_class:
        raise InputError(
            f"the network has {classes} classes and the tokenizer {len(tokens)} tokens: "
            f"{_first(without_token or without_class)} have no "
            f"{'token' if without_token else 'class'}; the files are not of one model"
        )
    blank = tokenizer.pad_token_id
    if blank is None or blank >= classes:
        raise InputError(
            f"the padding token of the tokenizer is {tokenizer.pad_token!r} (class {blank}), "
            f"expected one of the network's {classes} classes, as it is CTC's blank"
        )
    labels = [tokens[index] for index in range(classes)]
    boundary = getattr(tokenizer, "word_delimiter_token", None)
    special = {tokens[index] for index in added if index < classes} | set(
        tokenizer.all_special_tokens
    )
    return labels_alphabet(labels, blank, boundary, special - {boundary})


def labels_alphabet(
    labels: Sequence[str],
    blank: int,
    boundary: str | None = None,
    special: set[str] | frozenset[str] = frozenset(),
) -> Alphabet:
    """Alphabet of published labels.

    Labels are kept as published, except that those in capitals alone are lower-cased, and
    WordPiece is written as SentencePiece writes it.

    Parameters
    ----------
    blank : int
        Index of CTC's blank.
    boundary : str, optional
        Label between words; by default found in the labels.
    special : set of str
        Labels that write nothing, such as `<s>`.
    """
    written = [
        "" if index == blank or label in special else label for index, label in enumerate(labels)
    ]
    if any(label.startswith(WORDPIECE_INNER) for label in written):
        written = [_from_wordpiece(label) for label in written]
    found = boundary if boundary in written else _find_boundary(written)
    if not any(label.lower() == label != label.upper() for label in written):
        written = [label.lower() for label in written]
    return Alphabet(tuple(written), blank, found)


def _find_boundary(labels: Sequence[str]) -> str:
    """What begins the labels that start a word; empty where words are not separated."""
    for boundary in (SENTENCEPIECE_BOUNDARY, BYTE_LEVEL_BOUNDARY):
        if any(label.startswith(boundary) for label in labels):
            return boundary
    return next((label for label in ("|", " ") if label in labels), "")


def _from_wordpiece(label: str) -> str:
    if not label:
        return label
    if label.startswith(WORDPIECE_INNER):
        return label.removeprefix(WORDPIECE_INNER)
    return SENTENCEPIECE_BOUNDARY + label


def _first(values: Sequence[object], count: int = 3) -> str:
    shown = ", ".join(map(str, values[:count]))
    return shown + (f" and {len(values) - count} more" if len(values) > count else "")


def check_classes(labels: Sequence[str], weights: Mapping[str, Any], head: str) -> None:
    """Raise InputError unless the output layer `head` has a class for each label and the blank."""
    classes = len(weights[head])
    if classes != len(labels) + 1:
        raise InputError(
            f"the output layer {head} has {classes} classes, expected {len(labels)} labels and "
            "the blank: the files are not of one model"
        )
