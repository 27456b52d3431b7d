"""Which files the command line reads, and where it writes what is said in them."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

STANDARD_INPUT = Path("-")
# What a folder is searched for; a file named on the command line is taken whatever its name.
SUFFIXES = frozenset(
    """.aac .aif .aiff .amr .au .caf .flac .m4a .mka .mkv .mp3 .mp4 .oga .ogg .opus .wav
    .webm""".split()
)


@dataclass(frozen=True)
class Source:
    """A file to transcribe, and its place below the folder that was named, or its bare name."""

    path: Path
    place: Path


def find(path: Path) -> list[Source]:
    """The file itself, or the audio files in a folder and below it, sorted."""
    if path == STANDARD_INPUT:
        return [Source(path, Path("stdin"))]
    if not path.is_dir():
        return [Source(path, Path(path.name))]
    return [
        Source(found, found.relative_to(path))
        for found in sorted(path.rglob("*"))
        if found.suffix.lower() in SUFFIXES and not found.is_dir()
    ]


def targets(sources: Sequence[Source], folder: Path, suffix: str) -> dict[Source, Path]:
    """Where each transcript goes: to its source's place in `folder`, with another suffix.

    No two are one file and none is a source, also where case is not told apart: those that would be
    keep the suffix of their source, `a.wav.txt` and `a.mp3.txt`, or are numbered.
    """
    plain = {source: folder / source.place.with_suffix(suffix) for source in sources}
    wanted = Counter(map(_identity, plain.values()))
    taken = {_identity(source.path) for source in plain}
    chosen: dict[Source, Path] = {}
    for source, name in plain.items():
        alone = [name] if wanted[_identity(name)] == 1 else []
        names = chain(alone, _longer(folder / source.place, suffix))
        chosen[source] = next(name for name in names if _identity(name) not in taken)
        taken.add(_identity(chosen[source]))
    return chosen


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all, and the folders it lies in; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _longer(path: Path, suffix: str) -> Iterator[Path]:
    yield path.with_name(path.name + suffix)
    for number in count(2):
        yield path.with_name(f"{path.name}.{number}{suffix}")


def _identity(path: Path) -> str:
    return str(path.resolve()).casefold()
