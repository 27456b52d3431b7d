"""Folders of speech: their manifests, and their audio decoded once and memory-mapped.

A corpus is a folder with `manifest.tsv` (tab-separated, no quoting; columns `file`, `seconds`,
`speaker`, `corpus`, `text`) beside its clips.
"""

import fcntl
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from asr.audio import audio
from training.data.manifest import Utterance, read_manifest
from training.errors import error_context

MAX_CLIP = audio.Budget(max_seconds=60.0)


def decode(utterance: Utterance) -> audio.Waveform:
    """The clip of an utterance; raises InputError, which names the file, where it cannot be."""
    with error_context(utterance.path):
        return audio.decode(utterance.path, MAX_CLIP)


@dataclass(frozen=True, eq=False)
class Corpus:
    """Utterances with their samples: 16-bit at 16 kHz, one clip after the other.

    `samples` has shape (total,), `offsets` (utterances + 1,); `folder` has the manifest.
    """

    utterances: list[Utterance]
    samples: NDArray[np.int16]
    offsets: NDArray[np.int64]
    folder: Path = Path()

    def __len__(self) -> int:
        return len(self.utterances)

    def waveform(self, index: int) -> NDArray[np.float32]:
        """Samples of one utterance, float32 in [-1, 1]."""
        clip = self.samples[self.offsets[index] : self.offsets[index + 1]]
        return clip.astype(np.float32) / 32768.0

    def seconds(self, index: int) -> float:
        """Duration of one utterance as decoded."""
        return float(self.offsets[index + 1] - self.offsets[index]) / audio.SAMPLE_RATE


def load(manifest: Path, cache: Path) -> Corpus:
    """Open the corpus of `manifest`; decode it into `cache` the first time."""
    utterances = read_manifest(manifest)
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()[:16]
    stored = cache / f"{manifest.parent.name}-{digest}"
    stored.mkdir(parents=True, exist_ok=True)
    with (stored / "lock").open("w") as lock:  # of several processes one decodes
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (stored / "offsets.npy").exists():
            _decode(utterances, stored)
    return Corpus(
        utterances,
        np.memmap(stored / "samples.int16", dtype=np.int16, mode="r"),
        np.load(stored / "offsets.npy"),
        manifest.parent,
    )


def _decode(utterances: list[Utterance], stored: Path) -> None:
    """Write samples, then offsets: the second file says that the first is whole."""
    offsets = [0]
    with (stored / "samples.int16").open("wb") as out:
        for utterance in tqdm(utterances, desc=f"decoding {stored.name}", unit="clip"):
            samples = decode(utterance).samples
            out.write(np.round(samples * 32767.0).astype(np.int16).tobytes())
            offsets.append(offsets[-1] + len(samples))
    np.save(stored / "offsets.npy", np.array(offsets, dtype=np.int64))
