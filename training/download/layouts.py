"""Directory layouts of public corpora: clips, transcripts and splits of an unpacked archive."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.data.manifest import CORPUS_MANIFEST, read_rows
from training.download.archives import ArchiveError

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class ArchiveClip:
    """A sound file of an archive with its speaker and transcript.

    Attributes
    ----------
    split : str
        One of `SPLITS`, or empty if the whole archive is one split.
    corpus : str
        Value of the `corpus` column; empty for the archive's.
    """

    file: Path
    speaker: str
    text: str
    split: str = ""
    corpus: str = ""


def librispeech(root: Path) -> Iterator[ArchiveClip]:
    """LibriSpeech/SPLIT/SPEAKER/CHAPTER/: FLAC, and lines "SPEAKER-CHAPTER-NUMBER WORDS"."""
    for transcripts in sorted(root.rglob("*.trans.txt")):
        for line in transcripts.read_text(encoding="utf-8").splitlines():
            name, _, words = line.partition(" ")
            yield ArchiveClip(transcripts.parent / f"{name}.flac", name.split("-")[0], words)


def speech_commands(root: Path) -> Iterator[ArchiveClip]:
    """WORD/SPEAKER_nohash_NUMBER.wav, and lists of the dev and test splits; the rest is train."""
    listed = {
        name: split
        for split, file in (("dev", "validation_list.txt"), ("test", "testing_list.txt"))
        for name in (root / file).read_text(encoding="utf-8").split()
    }
    for file in sorted(root.glob("[!_]*/*.wav")):
        split = listed.get(f"{file.parent.name}/{file.name}", "train")
        yield ArchiveClip(file, file.name.split("_")[0], file.parent.name, split)


def ljspeech(root: Path) -> Iterator[ArchiveClip]:
    """LJSpeech-1.1/: wavs/NAME.wav, and lines "NAME|as written|with numbers written out"."""
    metadata = _only_file(root, "metadata.csv")
    for line in metadata.read_text(encoding="utf-8").splitlines():
        name, _, words = line.split("|")
        yield ArchiveClip(metadata.parent / "wavs" / f"{name}.wav", "lj", words)


def an4(root: Path) -> Iterator[ArchiveClip]:
    """an4/: etc/an4_SPLIT.transcription, lines "<s> WORDS </s> (ID)"; wav/*/SPEAKER/ID.sph."""
    files = {file.stem: file for file in root.rglob("*.sph")}
    for split in ("train", "test"):
        transcripts = _only_file(root, f"an4_{split}.transcription")
        for line in transcripts.read_text(encoding="utf-8").splitlines():
            words, _, name = line.rpartition("(")
            file = files[name.rstrip(") ")]
            spoken = words.replace("<s>", "").replace("</s>", "").strip()
            yield ArchiveClip(file, file.parent.name, spoken, split)


def common_voice(root: Path) -> Iterator[ArchiveClip]:
    """cv-corpus-*/LANGUAGE/: SPLIT.tsv with client_id, path and sentence; clips/*.mp3."""
    for split in SPLITS:
        table = _only_file(root, f"{split}.tsv")
        with table.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
                file = table.parent / "clips" / row["path"]
                yield ArchiveClip(file, row["client_id"], row["sentence"], split)


def corpus_folder(root: Path) -> Iterator[ArchiveClip]:
    """A folder with a `manifest.tsv` (`training.data.manifest`) beside its clips."""
    manifest = _only_file(root, CORPUS_MANIFEST)
    for row in read_rows(manifest):
        file = manifest.parent / row["file"]
        yield ArchiveClip(file, row["speaker"], row["text"], corpus=row["corpus"])


def _only_file(root: Path, name: str) -> Path:
    """The one file of this name; raises ArchiveError if there is none, or more than one."""
    found = list(root.rglob(name))
    if len(found) != 1:
        raise ArchiveError(f"the archive has {len(found)} files named {name}, expected 1")
    return found[0]
