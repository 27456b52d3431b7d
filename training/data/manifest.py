"""Corpus manifests: tab-separated `manifest.tsv` files that list clips and their transcripts."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.data import text
from training.data.written_text import normalise_written
from training.errors import InputError

CORPUS_MANIFEST = "manifest.tsv"
COLUMNS = ("file", "seconds", "speaker", "corpus", "text")
HEADER = "\t".join(COLUMNS) + "\n"


@dataclass(frozen=True)
class Utterance:
    """A clip and its normalised transcript.

    Attributes
    ----------
    text : str
        Plain transcript, as of `training.data.text.normalise`.
    written : str, optional
        Transcript with case and punctuation, as of
        `training.data.written_text.normalise_written`; None if the corpus has none.
    """

    path: Path
    seconds: float
    speaker: str
    corpus: str
    text: str
    written: str | None = None


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
                written=normalise_written(row["text"]),
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
    (folder / CORPUS_MANIFEST).write_text(HEADER + "".join(map(_row, utterances)), encoding="utf-8")


def _row(clip: Utterance) -> str:
    text = clip.written or clip.text
    return f"{clip.path}\t{clip.seconds:.3f}\t{clip.speaker}\t{clip.corpus}\t{text}\n"


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


def read_rows(manifest: Path, columns: Sequence[str] = COLUMNS) -> list[dict[str, str]]:
    """Read the rows of a table with at least `columns`; raises as `read_manifest` does.

    A list, since a generator would leave the file open where its consumer stops early.
    """
    with manifest.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := [name for name in columns if name not in (reader.fieldnames or ())]:
            raise InputError(
                f"{manifest} has no column {', '.join(missing)}; columns are separated by tabs"
            )
        rows = []
        for row in reader:
            if None in row.values():
                raise InputError(f"{manifest}, line {reader.line_num}: a column is missing")
            rows.append(row)
        return rows
