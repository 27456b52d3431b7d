"""Folders of speech: their manifests, and their audio decoded once and memory-mapped.

A corpus is a folder with `manifest.tsv` (tab-separated, no quoting; columns `file`, `seconds`,
`speaker`, `corpus`, `text`) beside its clips.
"""

import csv
import fcntl
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from asr import audio
from training import text
from training.command import InputError, about

COLUMNS = ("file", "seconds", "speaker", "corpus", "text")
MANIFEST = "manifest.tsv"
HEADER = "\t".join(COLUMNS) + "\n"
MAX_CLIP = audio.Budget(max_seconds=60.0)


@dataclass(frozen=True)
class Utterance:
    """One clip and what is said in it; `text` is normalised."""

    path: Path
    seconds: float
    speaker: str
    corpus: str
    text: str


def read_manifest(manifest: Path) -> list[Utterance]:
    """Read the utterances that `manifest` lists, in its order.

    Raises
    ------
    InputError
        If it is not a manifest, or lists nothing.
    OSError
        If there is no such file.
    """
    try:
        utterances = [
            Utterance(
                path=manifest.parent / row["file"],
                seconds=float(row["seconds"]),
                speaker=row["speaker"],
                corpus=row["corpus"],
                text=text.normalise(row["text"]),
            )
            for row in read_rows(manifest)
        ]
    except ValueError as error:
        raise InputError(f"{manifest} is not a manifest: {error}") from error
    if not utterances:
        raise InputError(f"{manifest} lists no clips")
    return utterances


def write_manifest(folder: Path, utterances: Iterable[Utterance]) -> None:
    """Write the manifest of `utterances`, whose paths are absolute or within `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f"{each.path}\t{each.seconds:.3f}\t{each.speaker}\t{each.corpus}\t{each.text}\n"
        for each in utterances
    ]
    (folder / MANIFEST).write_text(HEADER + "".join(rows), encoding="utf-8")


def read_sets(manifests: Sequence[Path]) -> dict[str, list[Utterance]]:
    """The utterances of each manifest, by the name of its folder, which names a set.

    Raises what `read_manifest` does, and InputError if two sets have one name.
    """
    sets = {manifest.absolute().parent.name: read_manifest(manifest) for manifest in manifests}
    if len(sets) < len(manifests):
        raise InputError("two of the manifests lie in folders of one name, which names a set")
    return sets


def read_rows(manifest: Path) -> Iterator[dict[str, str]]:
    """The rows of `manifest` as they are written; raises InputError where a column is missing."""
    with manifest.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            raise InputError(f"{manifest} lacks columns, parted by tabs: {', '.join(missing)}")
        for row in rows:
            if None in row.values():
                raise InputError(f"{manifest}, line {rows.line_num}: a column is missing")
            yield row


def decode(utterance: Utterance) -> audio.Waveform:
    """The clip of an utterance; raises InputError, which names the file, where it cannot be."""
    with about(utterance.path):
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
