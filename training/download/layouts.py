"""How each corpus lays out its clips, transcripts and splits: an unpacked archive to its clips."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.data.manifest import MANIFEST, read_rows
from training.download.archives import ArchiveError

PARTS = ("train", "dev", "test")


@dataclass(frozen=True)
class Clip:
    """A sound file, what is said in it and by whom.

    `part` is its split where one archive holds several, `corpus` where it comes from if the archive
    itself says so.
    """

    file: Path
    speaker: str
    text: str
    part: str = ""
    corpus: str = ""


def librispeech(root: Path) -> Iterator[Clip]:
    """LibriSpeech/PART/SPEAKER/CHAPTER/: FLAC, and lines "SPEAKER-CHAPTER-NUMBER WORDS"."""
    for transcripts in sorted(root.rglob("*.trans.txt")):
        for line in transcripts.read_text(encoding="utf-8").splitlines():
            name, _, words = line.partition(" ")
            yield Clip(transcripts.parent / f"{name}.flac", name.split("-")[0], words)


def speech_commands(root: Path) -> Iterator[Clip]:
    """WORD/SPEAKER_nohash_NUMBER.wav; what neither list of a split names is for training."""
    listed = {
        name: part
        for part, file in (("dev", "validation_list.txt"), ("test", "testing_list.txt"))
        for name in (root / file).read_text(encoding="utf-8").split()
    }
    for file in sorted(root.glob("[!_]*/*.wav")):
        part = listed.get(f"{file.parent.name}/{file.name}", "train")
        yield Clip(file, file.name.split("_")[0], file.parent.name, part)


def ljspeech(root: Path) -> Iterator[Clip]:
    """LJSpeech-1.1/: wavs/NAME.wav, and lines "NAME|as written|with numbers written out"."""
    metadata = _only(root, "metadata.csv")
    for line in metadata.read_text(encoding="utf-8").splitlines():
        name, _, words = line.split("|")
        yield Clip(metadata.parent / "wavs" / f"{name}.wav", "lj", words)


def an4(root: Path) -> Iterator[Clip]:
    """an4/: etc/an4_PART.transcription with lines "<s> WORDS </s> (ID)", wav/*/SPEAKER/ID.sph."""
    files = {file.stem: file for file in root.rglob("*.sph")}
    for part in ("train", "test"):
        transcripts = _only(root, f"an4_{part}.transcription")
        for line in transcripts.read_text(encoding="utf-8").splitlines():
            words, _, name = line.rpartition("(")
            file = files[name.rstrip(") ")]
            spoken = words.replace("<s>", "").replace("</s>", "").strip()
            yield Clip(file, file.parent.name, spoken, part)


def common_voice(root: Path) -> Iterator[Clip]:
    """cv-corpus-*/LANGUAGE/: PART.tsv with client_id, path and sentence, clips/*.mp3."""
    for part in PARTS:
        table = _only(root, f"{part}.tsv")
        with table.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
                file = table.parent / "clips" / row["path"]
                yield Clip(file, row["client_id"], row["sentence"], part)


def folder(root: Path) -> Iterator[Clip]:
    """A folder in our own format: a `manifest.tsv` beside its clips."""
    manifest = _only(root, MANIFEST)
    for row in read_rows(manifest):
        yield Clip(manifest.parent / row["file"], row["speaker"], row["text"], corpus=row["corpus"])


def _only(root: Path, name: str) -> Path:
    """The file of this name; raises ArchiveError where there is none, or several."""
    found = list(root.rglob(name))
    if len(found) != 1:
        raise ArchiveError(f"The archive holds {len(found)} files called {name}, not one.")
    return found[0]
