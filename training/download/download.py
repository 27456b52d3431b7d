"""Fetch corpora: `python -m training download librispeech/test-clean ... --out DIR`.

Each becomes a folder of clips with a `manifest.tsv`, or one folder a split; what is there already
is left alone. Common Voice takes an account and AN4 has no published checksum: bring their archives
with `--archive FILE`. `folder` takes an archive of a folder that has a `manifest.tsv`.
"""

import tempfile
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import soundfile
from tqdm import tqdm

from training.cli import command, command_parser
from training.data.manifest import HEADER, MANIFEST
from training.download import archives
from training.download.archives import ArchiveError
from training.download.layouts import PARTS, Clip
from training.download.registry import SOURCES
from training.errors import error_context


def prepare(name: str, out: Path, archive: Path | None = None) -> list[Path]:
    """Fetch, check, unpack and lay out one corpus; returns its folders under `out`.

    Everything is done in a hidden folder of `out`, which goes whatever happens, and moved from
    there when it is whole.

    Parameters
    ----------
    archive : Path, optional
        What would be fetched, if it is here already; it is checked all the same.

    Raises
    ------
    ArchiveError
        If the archive is not the published one, of another corpus, not safe, or to be brought.
    OSError, tarfile.TarError
        If it cannot be fetched, or not be read.
    """
    source = SOURCES[name]
    stem = name.replace("/", "-")
    if archive is not None and name == "folder":
        stem = archive.name.partition(".")[0]
    if there := [path for path in _folders(out, stem) if path.exists()]:
        return there
    if archive is None and not source.address:
        raise ArchiveError("Download its archive yourself, and name it with --archive.")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{stem}-", dir=out) as scratch:
        if archive is None:
            archive = Path(scratch) / Path(source.address).name
            archives.fetch(source.address, archive)
        if source.digest:
            archives.check(archive, source.digest)
        unpacked = Path(scratch) / "unpacked"
        archives.unpack(archive, unpacked)
        clips = sorted(source.read(unpacked), key=attrgetter("part"))
        _check(clips, unpacked, archive.name)
        laid_out = []
        for part, of_part in groupby(clips, key=attrgetter("part")):
            folder = Path(scratch) / "-".join(filter(None, (stem, part)))
            _lay_out(of_part, source.corpus, folder)
            laid_out.append(folder)
        return [folder.rename(out / folder.name) for folder in laid_out]


def _folders(out: Path, stem: str) -> list[Path]:
    return [out / stem, *(out / f"{stem}-{part}" for part in PARTS)]


def _check(clips: Sequence[Clip], unpacked: Path, name: str) -> None:
    """Raise ArchiveError where there are none, or one that was not in the archive."""
    if not clips:
        raise ArchiveError(f"{name} holds no clips of this corpus.")
    for clip in clips:
        if not clip.file.resolve().is_relative_to(unpacked.resolve()):
            raise ArchiveError(f"{name} lists {clip.file.name}, outside of its folder.")


def _lay_out(clips: Iterable[Clip], corpus: str, folder: Path) -> None:
    """Move clips into `folder`, numbered within the name that they had, and write its manifest."""
    folder.mkdir()
    with (folder / MANIFEST).open("w", encoding="utf-8") as manifest:
        manifest.write(HEADER)
        for number, clip in enumerate(tqdm(clips, desc=folder.name, unit="clip")):
            name = f"{number:07d}-{clip.file.name}"
            clip.file.rename(folder / name)
            seconds = soundfile.info(folder / name).duration
            words = " ".join(clip.text.split())
            manifest.write(
                f"{name}\t{seconds:.3f}\t{clip.speaker}\t{clip.corpus or corpus}\t{words}\n"
            )


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and fetch."""
    parser = command_parser("download", __doc__)
    parser.add_argument(
        "names", nargs="+", choices=SOURCES, metavar="name", help=", ".join(SOURCES)
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of corpus folders")
    parser.add_argument("--archive", type=Path, help="of the one corpus named, already downloaded")
    options = parser.parse_args(arguments)
    if options.archive and len(options.names) > 1:
        parser.error("--archive goes with one corpus")
    for name in options.names:
        with error_context(name):
            folders = prepare(name, options.out, options.archive)
        print(f"{name}: {', '.join(map(str, folders))}")
