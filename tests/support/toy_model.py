"""Toy acoustic models with known transcripts: the level of a frame encodes its class.

`text_waveform` encodes text as levels, 5 frames per character, and the CTC model decodes them
exactly. It has no context, so windows and whole audio give the same output; silence is the blank.

The keyword model classifies whole clips by their highest level.
"""

import base64
import hashlib
import io
import json
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from asr.decoding import ctc
from asr.manifest import SCHEMA_VERSION, Alphabet

CHARACTERS = "' abcdefghijklmnopqrstuvwxyz"
ALPHABET = Alphabet((*CHARACTERS, ""), blank=28, word_boundary=" ")
# The labels of models that write case and punctuation marks.
WRITTEN_CHARACTERS = " '-.,?!ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
WRITTEN_ALPHABET = Alphabet((*WRITTEN_CHARACTERS, ""), blank=59, word_boundary=" ")
FRAME = 320  # samples, 20 ms at 16 kHz
LEVELS = 40  # class k is a level of (k + 1) / LEVELS
WRITTEN_LEVELS = 80  # of the model that writes case and marks
FRAMES_PER_CHARACTER = 5
WORDS = ("no", "yes", "smart mirror")
CTC_MEMBERS = {"frame_seconds", "blank", "word_boundary", "overlap_seconds"}


class ToyCtcModel(nn.Module):
    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        frames = (waveforms.shape[1] + 319) // 320
        padded = torch.nn.functional.pad(waveforms, [0, frames * 320 - waveforms.shape[1]])
        level = padded.reshape(waveforms.shape[0], -1, 320).median(dim=2).values
        classes = (level * 40).round().long() - 1
        classes = torch.where(classes < 0, torch.full_like(classes, 28), classes.clamp(max=27))
        scores = torch.nn.functional.one_hot(classes, 29).float() * 6.0
        return scores.log_softmax(-1), torch.div(lengths + 319, 320, rounding_mode="floor")


class ToyWrittenModel(nn.Module):
    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        frames = (waveforms.shape[1] + 319) // 320
        padded = torch.nn.functional.pad(waveforms, [0, frames * 320 - waveforms.shape[1]])
        level = padded.reshape(waveforms.shape[0], -1, 320).median(dim=2).values
        classes = (level * 80).round().long() - 1
        classes = torch.where(classes < 0, torch.full_like(classes, 59), classes.clamp(max=58))
        scores = torch.nn.functional.one_hot(classes, 60).float() * 6.0
        return scores.log_softmax(-1), torch.div(lengths + 319, 320, rounding_mode="floor")


class ToyKeywordModel(nn.Module):
    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        classes = ((waveforms.amax(dim=1) * 40).round().long() - 1).clamp(0, 2)
        scores = torch.nn.functional.one_hot(classes, 3).float() * 6.0
        return scores.log_softmax(-1)[:, None], torch.ones_like(lengths)


def text_waveform(
    text: str, frames_per_character: int = FRAMES_PER_CHARACTER
) -> NDArray[np.float32]:
    """Text as levels, shape (samples,): blanks between equal letters, then 0.1 s of silence."""
    path = ctc.insert_blanks([CHARACTERS.index(c) for c in text], ALPHABET.blank)
    levels = [0.0 if k == ALPHABET.blank else (k + 1) / LEVELS for k in path]
    spoken = np.repeat(levels, frames_per_character * FRAME)
    return np.concatenate([spoken, np.zeros(5 * FRAME)]).astype(np.float32)


def written_wav(text: str, frames_per_character: int = FRAMES_PER_CHARACTER) -> bytes:
    """A written text as a WAV file for `ToyWrittenModel`, as `text_wav` for the plain one."""
    classes = [WRITTEN_ALPHABET.labels.index(c) for c in text]
    path = ctc.insert_blanks(classes, WRITTEN_ALPHABET.blank)
    levels = [0.0 if k == WRITTEN_ALPHABET.blank else (k + 1) / WRITTEN_LEVELS for k in path]
    spoken = np.repeat(levels, frames_per_character * FRAME)
    return encode(np.concatenate([spoken, np.zeros(5 * FRAME)]).astype(np.float32))


def keyword_waveform(word: str, seconds: float = 0.5) -> NDArray[np.float32]:
    """One of `WORDS` as a click at its level in near-silence, shape (samples,)."""
    samples = np.full(round(seconds * 16_000), 0.5 / LEVELS, np.float32)
    samples[len(samples) // 2] = (WORDS.index(word) + 1) / LEVELS
    return samples


def text_wav(text: str) -> bytes:
    """`text_waveform(text)` as a 16-bit WAV file."""
    return encode(text_waveform(text))


def channels_wav(*texts: str) -> bytes:
    """`text_waveform` of each text as a channel of a WAV file; shorter ones end in silence."""
    waveforms = [text_waveform(text) for text in texts]
    longest = max(map(len, waveforms))
    columns = [np.pad(waveform, (0, longest - len(waveform))) for waveform in waveforms]
    return encode(np.column_stack(columns))


def encode(samples: NDArray[np.float32], format: str = "WAV", subtype: str = "PCM_16") -> bytes:
    """16 kHz samples as an audio file in libsndfile's `format`."""
    file = io.BytesIO()
    soundfile.write(file, samples, 16_000, format=format, subtype=subtype)
    return file.getvalue()


@cache
def torchscript(network: type[nn.Module] = ToyCtcModel) -> bytes:
    """A model as the content of a TorchScript file."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
        torch.jit.save(torch.jit.script(network()), file)
    return file.getvalue()


def manifest(model: bytes, **changes: Any) -> dict[str, Any]:
    """Members of a manifest for `model`, with `changes`."""
    return {
        "schema": SCHEMA_VERSION,
        "kind": "ctc",
        "name": "toy",
        "version": "1",
        "license": "MIT",
        "created": "2026-01-01T00:00:00+00:00",
        "sources": [],
        "model": {
            "file": "model.pt",
            "bytes": len(model),
            "sha256": hashlib.sha256(model).hexdigest(),
        },
        "sample_rate": 16_000,
        "frame_seconds": FRAME / 16_000,
        "labels": list(ALPHABET.labels),
        "blank": ALPHABET.blank,
        "word_boundary": " ",
        "window_seconds": 2.0,
        "overlap_seconds": 0.4,
        "precision": "float32",
        "metrics": {},
        "golden": {"audio": base64.b64encode(text_wav("golden")).decode(), "transcript": "golden"},
    } | changes


def keyword_manifest(model: bytes, **changes: Any) -> dict[str, Any]:
    """Members of a manifest for the keyword model, with `changes`."""
    shared = {name: value for name, value in manifest(model).items() if name not in CTC_MEMBERS}
    golden = {
        "audio": base64.b64encode(encode(keyword_waveform("yes"))).decode(),
        "transcript": "yes",
    }
    return shared | {"kind": "keyword", "labels": list(WORDS), "golden": golden} | changes


def write_bundle(directory: Path, **changes: Any) -> Path:
    """Write a bundle of the CTC model, with `changes` to its manifest."""
    return _write(directory, torchscript(), manifest(torchscript(), **changes))


def write_written_bundle(directory: Path, **changes: Any) -> Path:
    """Write a bundle of the CTC model that writes case and marks, with `changes`."""
    model = torchscript(ToyWrittenModel)
    golden = {"audio": base64.b64encode(written_wav("Golden.")).decode(), "transcript": "Golden."}
    labels = {"labels": list(WRITTEN_ALPHABET.labels), "blank": WRITTEN_ALPHABET.blank}
    return _write(directory, model, manifest(model, golden=golden, **labels) | changes)


def write_keyword_bundle(directory: Path, **changes: Any) -> Path:
    """Write a bundle of the keyword model, with `changes` to its manifest."""
    model = torchscript(ToyKeywordModel)
    return _write(directory, model, keyword_manifest(model, **changes))


def _write(directory: Path, model: bytes, members: dict[str, Any]) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "model.pt").write_bytes(model)
    (directory / "manifest.json").write_text(json.dumps(members))
    return directory


def change_manifest(directory, **changes):
    """Change members of a manifest in place; None removes one."""
    path = directory / "manifest.json"
    members = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({k: v for k, v in members.items() if v is not None}))
