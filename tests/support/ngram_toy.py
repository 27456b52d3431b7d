"""A language model of a few sentences, of words that the toy can be taught to say."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from asr.decoding import ngram_model
from asr.decoding.ngram_model import NgramModel
from tests.support import toy_model
from training.language_model.build import build_language_model

SENTENCES = ("a cab", "a bad cab", "a cab a cab", "bad a cab", "a bad bad cab", "a dab")


@cache
def content(sentences: tuple[str, ...] = SENTENCES) -> bytes:
    """The file of the model; a word that is there once only is unknown."""
    return build_language_model(sentences)


def model(sentences: tuple[str, ...] = SENTENCES) -> NgramModel:
    """The model, open."""
    return ngram_model.load(content(sentences))


def members(**changes: Any) -> dict[str, Any]:
    """What a manifest has of the model, with `changes`."""
    return {
        "file": "language.npz",
        "bytes": len(content()),
        "sha256": hashlib.sha256(content()).hexdigest(),
        "sources": [],
        "beam_search": {"lm_weight": 1.0, "word_score": 0.0, "unk_score": 0.0, "beam_size": 64},
        "confidence": {"scale": 0.5, "bias": 0.25},
        "golden": "golden",
    } | changes


def write_bundle(directory: Path, **changes: Any) -> Path:
    """Write the toy's bundle with the model, with `changes` to its member of the manifest."""
    toy_model.write_bundle(directory, language_model=members(**changes))
    (directory / "language.npz").write_bytes(content())
    return directory


def mumble(text: str) -> bytes:
    """`text` so fast, one frame a letter, that the language can overrule the sound: a WAV."""
    return toy_model.encode(toy_model.speak(text, frames_per_character=1))
