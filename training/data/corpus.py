"""Speech corpora: utterances with their samples, decoded once into a memory-mapped cache.

A corpus is a folder of clips with a `manifest.tsv` (`training.data.manifest`).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from tqdm import tqdm

from asr.audio import audio
from asr.types import Samples
from training.data.manifest import Utterance, read_manifest
from training.errors import error_context
from training.pcm import to_int16

CLIP_BUDGET = audio.Budget(max_seconds=60.0)


def decode_clip(utterance: Utterance) -> audio.Waveform:
    """Decode the clip of an utterance; raises InputError with the file's name if it cannot be."""
    with error_context(utterance.path):
        return audio.decode(utterance.path, CLIP_BUDGET)


@dataclass(frozen=True, eq=False)
class Corpus:
    """Utterances with their samples.

    Attributes
    ----------
    samples : NDArray[int16], shape (total samples,)
        All clips at 16 kHz, one after the other.
    offsets : NDArray[int64], shape (utterances + 1,)
        First sample of each clip, and the end of the last.
    folder : Path
        Folder of the manifest.
    """

    utterances: list[Utterance]
    samples: NDArray[np.int16]
    offsets: NDArray[np.int64]
    folder: Path = Path()

    def __len__(self) -> int:
        return len(self.utterances)

    def waveform(self, index: int) -> Samples:
        """Waveform of one utterance, shape (samples,), float32 in [-1, 1] at 16 kHz."""
        clip = self.samples[self.offsets[index] : self.offsets[index + 1]]
        return clip.astype(np.float32) / 32768.0

    def seconds(self, index: int) -> float:
        """Duration of one utterance as decoded."""
        return float(self.offsets[index + 1] - self.offsets[index]) / audio.SAMPLE_RATE


def load_corpus(manifest: Path, cache: Path) -> Corpus:
    """Load the corpus of `manifest`, and decode it into the folder `cache` the first time.

    Raises
    ------
    InputError
        If the manifest is invalid, or a clip cannot be decoded.
    OSError
        If the manifest does not exist.
    """
    utterances = read_manifest(manifest)
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()[:16]
    stored = cache / f"{manifest.parent.name}-{digest}"
    stored.mkdir(parents=True, exist_ok=True)
    with FileLock(stored / "lock"):  # one of several processes decodes
        if not (stored / "offsets.npy").exists():
            _decode_all(utterances, stored)
    return Corpus(
        utterances,
        np.memmap(stored / "samples.int16", dtype=np.int16, mode="r"),
        np.load(stored / "offsets.npy"),
        manifest.parent,
    )


def _decode_all(utterances: list[Utterance], stored: Path) -> None:
    """Write samples, then offsets: the second file marks the first as complete."""
    offsets = [0]
    with (stored / "samples.int16").open("wb") as out:
        for utterance in tqdm(utterances, desc=f"decoding {stored.name}", unit="clip"):
            samples = decode_clip(utterance).samples
            out.write(to_int16(samples).tobytes())
            offsets.append(offsets[-1] + len(samples))
    np.save(stored / "offsets.npy", np.array(offsets, dtype=np.int64))
