"""Force-align the phones of sentences: `python -m training align-phones MANIFEST...`.

Writes `phones.tsv` beside each manifest, for recipes of the task `phones`. Alignment takes two
passes, of words and of their phones (PocketSphinx, with the model of its wheel). Clips with
out-of-vocabulary words, one in nine, are skipped. One core aligns 50 seconds of speech per second.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from training.alignment.pocketsphinx import PhoneAligner
from training.cli import command, command_parser
from training.data import phones
from training.data.corpus import decode_clip
from training.data.manifest import read_manifest, read_rows
from training.errors import InputError


def write_phones(manifest: Path) -> str:
    """Write the phone alignments of the clips of `manifest` beside it.

    Returns
    -------
    str
        Number of aligned clips.

    Raises
    ------
    InputError
        If the manifest is invalid, or no clip can be aligned.
    """
    names = [row["file"] for row in read_rows(manifest)]
    clips = list(zip(names, read_manifest(manifest), strict=True))
    aligner = PhoneAligner()
    alignments = {}
    for name, clip in tqdm(clips, unit="clip", disable=not sys.stderr.isatty()):
        if words := aligner.align(decode_clip(clip).samples, clip.text):
            alignments[name] = words
    if not alignments:
        raise InputError(f"{manifest}: none of the {len(clips)} clips could be aligned")
    phones.write_alignments(manifest.with_name(phones.FILE_NAME), alignments)
    return f"{len(alignments)} of {len(clips)} clips aligned"


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and align the manifests that have no `phones.tsv`."""
    parser = command_parser("align-phones", __doc__)
    parser.add_argument("manifests", nargs="+", type=Path, metavar="MANIFEST")
    for manifest in parser.parse_args(arguments).manifests:
        if not manifest.with_name(phones.FILE_NAME).exists():
            print(f"{manifest}: {write_phones(manifest)}")
