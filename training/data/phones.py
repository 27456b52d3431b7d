"""The phones of English, and the file that says when each is said in the clips of a corpus.

`phones.tsv` lies beside a corpus's `manifest.tsv`. Of each clip it has the words, silences among
them, parted by spaces, and of a word its phones with how long they last, in frames of 10 ms:
"sil:47 m:3-ay:20 n:9-ey:17-m:7".
"""

from collections.abc import Mapping
from pathlib import Path

from training.errors import InputError

FILE = "phones.tsv"
HEADER = "file\tphones\n"
FRAME_SECONDS = 0.01

SILENCE = "sil"
# Those of the CMU Pronouncing Dictionary, without stress; silence, and noise with it, comes first.
PHONES = (
    SILENCE,
    *"aa ae ah ao aw ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th".split(),
    *"uh uw v w y z zh".split(),
)
INDEX = {phone: index for index, phone in enumerate(PHONES)}

# The phones of a word, each with its frames.
Word = tuple[tuple[str, int], ...]


def write(file: Path, clips: Mapping[str, list[Word]]) -> None:
    """Write `file`: the words of each clip, by the clip's name in the manifest."""
    rows = [f"{name}\t{' '.join(map(_written, words))}\n" for name, words in clips.items()]
    file.write_text(HEADER + "".join(rows), encoding="utf-8")


def read(file: Path) -> dict[str, list[Word]]:
    """The words of each clip that `file` has.

    Raises
    ------
    InputError
        If it is no such file.
    OSError
        If there is none.
    """
    text = file.read_text(encoding="utf-8")
    try:
        if not text.startswith(HEADER):
            raise ValueError("its columns are others")
        rows = [row.split("\t") for row in text.removeprefix(HEADER).splitlines()]
        return {name: [_read(word) for word in words.split()] for name, words in rows}
    except ValueError as error:
        raise InputError(f"{file} does not hold phones: {error}") from error


def _written(word: Word) -> str:
    return "-".join(f"{phone}:{frames}" for phone, frames in word)


def _read(word: str) -> Word:
    parts = [part.split(":") for part in word.split("-")]
    if unknown := {phone for phone, _ in parts} - INDEX.keys():
        raise ValueError(f"{min(unknown)!r} is no phone")
    return tuple((phone, int(frames)) for phone, frames in parts)
