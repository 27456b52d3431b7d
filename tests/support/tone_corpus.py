"""Small corpora for the tests of training, in which every character is a distinct tone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from asr.types import Samples
from tests.support import toy_model
from training.data import text as plain_text
from training.recipe import Recipe

TONE_SECONDS = 0.12
WORDS = ["abc", "fed", "big cab"]  # labels of the keyword classifier
HEADER = "file\tseconds\tspeaker\tcorpus\ttext\n"

# A network of some thousand weights, which trains in fractions of a second.
SMALL: dict[str, Any] = {
    "cnn_layers": 1,
    "cnn_channels": 4,
    "rnn_layers": 2,
    "rnn_dim": 16,
    "dropout": 0.0,
}
# No augmentation: speed would turn one character's tone into another's.
PLAIN: dict[str, Any] = {
    "augmentation": {"speed": 0.0, "gain_db": 0.0, "noise_probability": 0.0},
    "spec_augment": {"channel_masks": 0, "frame_masks": 0},
}


def tones(text: str) -> Samples:
    """Tones of `text`, seven characters to an octave, with gaps, in noise; shape (samples,).

    The noise is deterministic, and louder than the quantisation noise of 16 bits.
    """
    time = np.arange(round(TONE_SECONDS * 16_000)) / 16_000
    envelope = np.minimum(1, np.minimum(time, TONE_SECONDS - time) / 0.02)
    parts = [
        0.3 * envelope * np.sin(2 * np.pi * 300 * 2 ** (toy_model.CHARACTERS.index(c) / 7) * time)
        for c in text
    ]
    noise = np.random.default_rng(0).normal(0, 0.002, len(parts) * len(time))
    return (np.concatenate(parts) + noise).astype(np.float32)


def write_corpus(folder: Path, texts: Sequence[str], corpus: str = "an4") -> Path:
    """Write a corpus with the tones of `texts` as FLAC; returns its manifest."""
    folder.mkdir(parents=True)
    rows = []
    for index, text in enumerate(texts):
        samples = tones(plain_text.normalise(text))
        (folder / f"{index}.flac").write_bytes(toy_model.encode(samples, "FLAC"))
        rows.append(f"{index}.flac\t{len(samples) / 16_000:.3f}\tsynth\t{corpus}\t{text}\n")
    manifest = folder / "manifest.tsv"
    manifest.write_text(HEADER + "".join(rows), encoding="utf-8")
    return manifest


def write_clips(folder: Path, clips: Sequence[tuple[str, str, Samples]]) -> Path:
    """Write a corpus of (corpus, text, samples) as WAV; returns its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for index, (corpus, text, samples) in enumerate(clips):
        (folder / f"{index}.wav").write_bytes(toy_model.encode(samples))
        seconds = len(samples) / 16_000
        rows.append(f"{index}.wav\t{seconds:.3f}\tanna\t{corpus}\t{text}\n")
    manifest = folder / "manifest.tsv"
    manifest.write_text(HEADER + "".join(rows), encoding="utf-8")
    return manifest


def recipe(**changes: Any) -> Recipe:
    """A recipe that trains in seconds, on the folders `tones` and `dev`, with `changes`."""
    members: dict[str, Any] = {
        "name": "tiny",
        "version": "1",
        "network": "residual_bigru",
        "front_end": {"mels": 16, "hop_seconds": 0.01, "window_seconds": 0.032},
        "parameters": SMALL,
        "train": ["tones"],
        "dev": ["dev"],
        "batch_seconds": 2.0,
        "steps": 6,
        "learning_rate": 0.01,
        "warmup_steps": 2,
        "validation_interval": 3,
        "precision": "32-true",
    }
    return Recipe(**(members | changes))


def keyword_recipe(**changes: Any) -> Recipe:
    """A recipe that trains a classifier of `WORDS` in seconds, with `changes`."""
    members: dict[str, Any] = {
        "task": "keyword",
        "license": "CC BY-SA 4.0",
        "network": "keyword_gru",
        "front_end": {
            "type": "mfcc",
            "coefficients": 12,
            "mels": 24,
            "hop_seconds": 0.02,
            "window_seconds": 0.032,
        },
        "parameters": {"labels": WORDS, "hidden": 24, "dropout": 0.0},
        "batch_seconds": 8.0,
        "learning_rate": 0.03,
        "warmup_steps": 4,
        "ema_decay": 0.7,
        "sortagrad_epochs": 0,
        "bucket_by_length": False,
        **PLAIN,
    }
    return recipe(**(members | changes))
