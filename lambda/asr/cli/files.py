"""Input files and output paths of the command line."""

import os
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from asr import vocabulary
from asr.audio import file_types
from asr.choices import OptionError
from asr.vocabulary import Vocabulary

STANDARD_INPUT = Path("-")
NAMES_SHOWN = 5  # of the files that were passed over


@dataclass(frozen=True)
class AudioFile:
    """A file to transcribe.

    Attributes
    ----------
    path : Path
        The file, or `STANDARD_INPUT`.
    relative_path : Path
        Its path below the folder on the command line, or its name.
    """

    path: Path
    relative_path: Path


@dataclass(frozen=True)
class FoundFiles:
    """Files that a path on the command line stands for.

    Attributes
    ----------
    audio : tuple of AudioFile
    passed_over : tuple of Path
        Other files in the folder, but AppleDouble files.
    """

    audio: tuple[AudioFile, ...]
    passed_over: tuple[Path, ...] = ()

    @property
    def passed_over_note(self) -> str:
        """One line that names the files passed over; empty without any."""
        if not self.passed_over:
            return ""
        names = [path.name for path in self.passed_over[:NAMES_SHOWN]]
        more = len(self.passed_over) - len(names)
        rest = f" and {more:,} more" if more else ""
        return f"passed over {len(self.passed_over):,} files: {', '.join(names)}{rest}"


def find_audio_files(path: Path) -> FoundFiles:
    """The file itself, or the audio files in a folder and its subfolders, sorted.

    Raises
    ------
    OSError
        If a folder, or a file whose bytes decide, cannot be read.
    """
    if path == STANDARD_INPUT:
        return FoundFiles((AudioFile(path, Path("stdin")),))
    if not path.is_dir():
        return FoundFiles((AudioFile(path, Path(path.name)),))
    files = [found for found in sorted(path.rglob("*")) if not found.is_dir()]
    audio = [found for found in files if file_types.is_audio_file(found)]
    taken = set(audio)
    return FoundFiles(
        tuple(AudioFile(found, found.relative_to(path)) for found in audio),
        tuple(
            found
            for found in files
            if found not in taken and not file_types.is_apple_double(found.name)
        ),
    )


def output_paths(sources: Sequence[AudioFile], folder: Path, suffix: str) -> dict[AudioFile, Path]:
    """The path of each transcript: the source's relative path in `folder`, with another suffix.

    All paths differ from one another and from the sources, on case-insensitive file systems too. In
    a conflict, files keep the suffix of their source, `a.wav.txt` and `a.mp3.txt`, or are numbered.
    """
    plain = {source: folder / source.relative_path.with_suffix(suffix) for source in sources}
    uses = Counter(map(_identity, plain.values()))
    taken = {_identity(source.path) for source in plain}
    chosen: dict[AudioFile, Path] = {}
    for source, path in plain.items():
        unique = [path] if uses[_identity(path)] == 1 else []
        candidates = chain(unique, _alternatives(folder / source.relative_path, suffix))
        chosen[source] = next(path for path in candidates if _identity(path) not in taken)
        taken.add(_identity(chosen[source]))
    return chosen


def read_vocabulary(path: Path | None, parser: ArgumentParser) -> Vocabulary | None:
    """Read the file of the option `--vocabulary`, if given; an invalid one ends the program."""
    if path is None:
        return None
    try:
        return vocabulary.parse_file(path.read_text(encoding="utf-8"))
    except (OptionError, OSError, UnicodeDecodeError) as error:
        parser.error(f"argument --vocabulary: {path}: {error}")


def write_atomically(path: Path, text: str) -> None:
    """Write a text file through a temporary one, creating its folders.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _alternatives(path: Path, suffix: str) -> Iterator[Path]:
    yield path.with_name(path.name + suffix)
    for number in count(2):
        yield path.with_name(f"{path.name}.{number}{suffix}")


def _identity(path: Path) -> str:
    return str(path.resolve()).casefold()
