"""Which files are taken for audio where nobody names them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

# What a folder is searched for; a file that is named itself is taken whatever its name.
SUFFIXES = frozenset(
    """.aac .aif .aiff .amr .au .caf .flac .m4a .mka .mkv .mp3 .mp4 .oga .ogg .opus .wav
    .webm""".split()
)


def find(paths: Sequence[Path]) -> Iterator[Path]:
    """The files among `paths`, and the audio files in the folders among them, sorted."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
        else:
            yield path
