"""Corpus manifests: tab-separated `manifest.tsv` files that list clips and their transcripts."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.data import text
from training.errors import InputError

COLUMNS = ("file", "seconds", "speaker", "corpus", "text")


MANIFEST = "manifest.tsv"


HEADER = "\t".join(COLUMNS) + "\n"


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
