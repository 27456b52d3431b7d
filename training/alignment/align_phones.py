"""Find when each phone of sentences is said: `python -m training align-phones MANIFEST...`.

By forced alignment in two passes, first of words, then of their phones (PocketSphinx, with the
model of its wheel); `phones.tsv` is written beside each manifest. A clip with a word that is not in
its dictionary, one in nine, is left out. One core aligns 50 seconds of speech a second.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pocketsphinx import Decoder
from tqdm import tqdm

from asr.audio.audio import SAMPLE_RATE
from training.cli import command, command_parser
from training.data import phones
from training.data.corpus import decode
from training.data.manifest import read_manifest, read_rows
from training.data.phones import PHONE_INDEX, SILENCE, AlignedWord
from training.errors import InputError

Samples = NDArray[np.float32]


def aligner() -> Decoder:
    """What `align` takes; with its best path, it would lose what the second pass goes by."""
    return Decoder(samprate=SAMPLE_RATE, lm=None, bestpath=False, loglevel="FATAL")


def align(decoder: Decoder, samples: Samples, text: str) -> list[AlignedWord]:
    """The words of `text`, and silences, with their phones, in samples (samples,) at 16 kHz.

    Empty where a word is not in the dictionary.

    Raises
    ------
    RuntimeError
        If the text does not fit what is said; `decoder` is of no use from then on.
    """
    raw = np.round(samples * 32767).astype(np.int16).tobytes()
    try:
        decoder.set_align_text(text)
    except RuntimeError:
        return []
    _hear(decoder, raw)
    decoder.set_alignment()  # from here on, of the states of what was found
    _hear(decoder, raw)
    return [
        tuple((_phone(each.name), each.duration) for each in word)
        for word in decoder.get_alignment()
    ]


def _hear(decoder: Decoder, raw: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(raw, full_utt=True)
    decoder.end_utt()


def _phone(name: str) -> str:
    """Lower-case, and silence for what is noise, which the model has phones of its own for."""
    return name.lower() if name.lower() in PHONE_INDEX else SILENCE


def write(manifest: Path) -> str:
    """Align the clips of `manifest`; returns how many it could.

    Raises
    ------
    InputError
        If that is none.
    """
    names = [row["file"] for row in read_rows(manifest)]
    clips = list(zip(names, read_manifest(manifest), strict=True))
    decoder = aligner()
    found = {}
    for name, clip in tqdm(clips, unit="clip", disable=not sys.stderr.isatty()):
        try:
            words = align(decoder, decode(clip).samples, clip.text)
        except RuntimeError:
            decoder = aligner()
            continue
        if words:
            found[name] = words
    if not found:
        raise InputError(f"{manifest}: none of the clips could be aligned")
    phones.write_alignments(manifest.with_name(phones.FILE_NAME), found)
    return f"{len(found)} of {len(clips)} clips"


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and align what has not been."""
    parser = command_parser("align-phones", __doc__)
    parser.add_argument("manifests", nargs="+", type=Path, metavar="MANIFEST")
    for manifest in parser.parse_args(arguments).manifests:
        if not manifest.with_name(phones.FILE_NAME).exists():
            print(f"{manifest}: {write(manifest)}")
