"""English phone set, and files of phone alignments.

`phones.tsv` lies beside a corpus's `manifest.tsv`. It has a row for each clip: the words, and the
silences between them, separated by spaces, and for each word its phones with their durations in
frames of 10 ms: "sil:47 m:3-ay:20 n:9-ey:17-m:7".
"""

from collections.abc import Mapping
from pathlib import Path

from training.errors import InputError

FILE_NAME = "phones.tsv"
HEADER = "file\tphones\n"
FRAME_SECONDS = 0.01

SILENCE = "sil"
# The CMU Pronouncing Dictionary's, without stress; silence, which includes noise, comes first.
PHONES = (
    SILENCE,
    *"aa ae ah ao aw ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th".split(),
    *"uh uw v w y z zh".split(),
)
PHONE_INDEX = {phone: index for index, phone in enumerate(PHONES)}

# The phones of a word, each with its duration in frames.
AlignedWord = tuple[tuple[str, int], ...]


def write_alignments(file: Path, clips: Mapping[str, list[AlignedWord]]) -> None:
    """Write the aligned words of each clip, by its name in the manifest, to `file`."""
    rows = [f"{name}\t{' '.join(map(_format_word, words))}\n" for name, words in clips.items()]
    file.write_text(HEADER + "".join(rows), encoding="utf-8")


def read_alignments(file: Path) -> dict[str, list[AlignedWord]]:
    """Read the aligned words of each clip, by its name in the manifest.

    Raises
    ------
    InputError
        If the file does not have this format.
    OSError
        If the file does not exist.
    """
    text = file.read_text(encoding="utf-8")
    try:
        if not text.startswith(HEADER):
            raise ValueError("the first line is not 'file<tab>phones'")
        rows = [row.split("\t") for row in text.removeprefix(HEADER).splitlines()]
        return {name: [_parse_word(word) for word in words.split()] for name, words in rows}
    except ValueError as error:
        raise InputError(f"{file} is not a phone alignment file: {error}") from error


def _format_word(word: AlignedWord) -> str:
    return "-".join(f"{phone}:{frames}" for phone, frames in word)


def _parse_word(word: str) -> AlignedWord:
    parts = [part.split(":") for part in word.split("-")]
    if unknown := {phone for phone, _ in parts} - PHONE_INDEX.keys():
        raise ValueError(f"{min(unknown)!r} is not a phone")
    return tuple((phone, int(frames)) for phone, frames in parts)
