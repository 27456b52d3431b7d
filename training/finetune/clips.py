"""A user's own clips: a `manifest.tsv`, or audio files, each beside a text file of its name.

Clips that cannot be used for training, though nothing is wrong with the file, are left out and
counted by reason.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from asr.audio import audio
from asr.cli.files import find_audio_files
from asr.errors import TooLongError
from training.data.manifest import CORPUS_MANIFEST, Utterance, read_rows
from training.data.text import normalise
from training.data.written_text import normalise_written
from training.errors import InputError, error_context

TRANSCRIPT_SUFFIX = ".txt"
MIN_CLIPS = 10
MIN_SECONDS, MAX_SECONDS = 0.1, 30.0
CLIP_BUDGET = audio.Budget(max_seconds=MAX_SECONDS)
UNKNOWN_SPEAKER = "?"

TOO_SHORT = f"shorter than {MIN_SECONDS:g} s"
TOO_LONG = f"longer than {MAX_SECONDS:g} s"
DIGITS = "with digits in the transcript (spell numbers out)"


@dataclass(frozen=True)
class OwnClips:
    """Clips to fine-tune on.

    Attributes
    ----------
    utterances : list of Utterance
        With absolute paths.
    skipped : dict
        Number of clips that were left out, by reason.
    """

    utterances: list[Utterance]
    skipped: dict[str, int]

    @property
    def minutes(self) -> float:
        """Duration of the clips."""
        return sum(each.seconds for each in self.utterances) / 60


@dataclass(frozen=True)
class _Row:
    """A clip as listed: its file and transcript, and what the manifest says beyond them."""

    path: Path
    transcript: str
    speaker: str
    corpus: str


def read_clips(folder: Path) -> OwnClips:
    """Read and decode the clips of a folder.

    Parameters
    ----------
    folder : Path
        With a `manifest.tsv` of the columns `file` and `text`, and optionally `speaker` and
        `corpus`; or with audio files in any folder structure, each with its transcript in a text
        file of the same name.

    Raises
    ------
    InputError
        If there are no clips, fewer than `MIN_CLIPS` that can be used, a file without transcript,
        or one that is not audio.
    OSError
        If a file is missing or cannot be read.
    """
    manifest = folder / CORPUS_MANIFEST
    rows = _listed_rows(manifest) if manifest.exists() else _paired_rows(folder)
    if not rows:
        raise InputError(
            f"{folder} has no clips: expected a {CORPUS_MANIFEST}, or audio files with a "
            f"{TRANSCRIPT_SUFFIX} file of the same name beside each"
        )
    utterances: list[Utterance] = []
    skipped: Counter[str] = Counter()
    for row in rows:
        found = _utterance(row)
        if isinstance(found, Utterance):
            utterances.append(found)
        else:
            skipped[found] += 1
    clips = OwnClips(utterances, dict(skipped))
    if len(utterances) < MIN_CLIPS:
        raise InputError(
            f"{folder} has {describe(clips)}; fine-tuning needs at least {MIN_CLIPS} clips"
        )
    return clips


def describe(clips: OwnClips) -> str:
    """Number and duration of the clips, and of those that were left out, by reason."""
    left_out = "".join(f", {count} left out {reason}" for reason, count in clips.skipped.items())
    return f"{len(clips.utterances)} clips of {clips.minutes:.1f} minutes{left_out}"


def _listed_rows(manifest: Path) -> list[_Row]:
    folder = manifest.absolute().parent
    return [
        _Row(
            path=folder / row["file"],
            transcript=row["text"],
            speaker=row.get("speaker") or UNKNOWN_SPEAKER,
            corpus=row.get("corpus") or folder.name,
        )
        for row in read_rows(manifest, ("file", "text"))
    ]


def _paired_rows(folder: Path) -> list[_Row]:
    paths = [each.path.absolute() for each in find_audio_files(folder).audio]
    missing = [path for path in paths if not path.with_suffix(TRANSCRIPT_SUFFIX).exists()]
    if missing:
        raise InputError(
            f"{len(missing)} of {len(paths)} clips have no transcript: expected "
            f"{missing[0].with_suffix(TRANSCRIPT_SUFFIX)} beside {missing[0].name}"
        )
    return [
        _Row(path, _read_transcript(path), UNKNOWN_SPEAKER, folder.absolute().name)
        for path in paths
    ]


def _read_transcript(clip: Path) -> str:
    file = clip.with_suffix(TRANSCRIPT_SUFFIX)
    try:
        return " ".join(file.read_text(encoding="utf-8-sig").split())
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8 text") from error


def _utterance(row: _Row) -> Utterance | str:
    """The utterance of a row, or the reason why it is left out.

    Raises
    ------
    InputError
        If the file is not audio, or the transcript has no words.
    """
    if any(map(str.isdigit, row.transcript)):
        return DIGITS
    plain = normalise(row.transcript)
    if not plain:
        raise InputError(f"{row.path}: its transcript {row.transcript!r} has no words")
    try:
        with error_context(row.path):
            seconds = audio.decode(row.path, CLIP_BUDGET).seconds
    except InputError as error:
        if isinstance(error.__cause__, TooLongError):
            return TOO_LONG
        raise
    if seconds < MIN_SECONDS:
        return TOO_SHORT
    written = normalise_written(row.transcript)
    return Utterance(row.path, seconds, row.speaker, row.corpus, plain, written)
