"""An n-gram language model of a few sentences, for use with the toy acoustic model."""

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
    """Content of the model's file; a word that occurs only once is out of vocabulary."""
    return build_language_model(sentences)


def model(sentences: tuple[str, ...] = SENTENCES) -> NgramModel:
    """The loaded model."""
    return ngram_model.load(content(sentences))


def members(**changes: Any) -> dict[str, Any]:
    """Members of `language_model` in a manifest, with `changes`."""
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
    """Write a bundle of the toy CTC model with the language model, with `changes` to `members`."""
    toy_model.write_bundle(directory, language_model=members(**changes))
    (directory / "language.npz").write_bytes(content())
    return directory


def write_written_bundle(directory: Path, **changes: Any) -> Path:
    """The same with the toy model that writes case and punctuation marks."""
    golden = {"golden": "Golden."}
    toy_model.write_written_bundle(directory, language_model=members(**golden | changes))
    (directory / "language.npz").write_bytes(content())
    return directory


def ambiguous_wav(text: str) -> bytes:
    """WAV of one frame per letter, so short that the language model can override the audio."""
    return toy_model.encode(toy_model.text_waveform(text, frames_per_character=1))
