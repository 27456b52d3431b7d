"""Corpus manifests: tab-separated `manifest.tsv` files that list clips and their transcripts."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.data import text
from training.errors import InputError

CORPUS_MANIFEST = "manifest.tsv"
COLUMNS = ("file", "seconds", "speaker", "corpus", "text")
HEADER = "\t".join(COLUMNS) + "\n"


@dataclass(frozen=True)
class Utterance:
    """A clip and its normalised transcript."""

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
        If the file is not a manifest, or lists no clips.
    OSError
        If the file does not exist.
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
    """Write the manifest of `utterances`, with absolute paths or paths relative to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f"{each.path}\t{each.seconds:.3f}\t{each.speaker}\t{each.corpus}\t{each.text}\n"
        for each in utterances
    ]
    (folder / CORPUS_MANIFEST).write_text(HEADER + "".join(rows), encoding="utf-8")


def read_data_sets(manifests: Sequence[Path]) -> dict[str, list[Utterance]]:
    """Read several manifests; a data set is named after the folder of its manifest.

    Raises
    ------
    InputError
        If a file is not a manifest, or two folders have the same name.
    OSError
        If a file does not exist.
    """
    sets = {manifest.absolute().parent.name: read_manifest(manifest) for manifest in manifests}
    if len(sets) < len(manifests):
        raise InputError("two manifests are in folders of the same name, which names a data set")
    return sets


def read_rows(manifest: Path) -> list[dict[str, str]]:
    """Read the rows of `manifest` without normalisation; raises as `read_manifest` does.

    A list, since a generator would leave the file open where its consumer stops early.
    """
    with manifest.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
            raise InputError(
                f"{manifest} has no column {', '.join(missing)}; columns are separated by tabs"
            )
        rows = []
        for row in reader:
            if None in row.values():
                raise InputError(f"{manifest}, line {reader.line_num}: a column is missing")
            rows.append(row)
        return rows
