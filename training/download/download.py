"""Download public corpora: `python -m training download librispeech/test-clean ... --out DIR`.

Each corpus becomes a folder of clips with a `manifest.tsv`, or one folder for each of its splits.
Existing folders are kept. Common Voice needs an account, and AN4 has no published checksum: give
their archives with `--archive FILE`. The name `folder` takes an archive of a folder that has a
`manifest.tsv`.
"""

import tempfile
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import soundfile
from tqdm import tqdm

from training.cli import command, command_parser
from training.data.manifest import CORPUS_MANIFEST, HEADER
from training.download import archives
from training.download.archives import ArchiveError
from training.download.layouts import SPLITS, ArchiveClip
from training.download.registry import CORPUS_ARCHIVES
from training.errors import error_context


def prepare_corpus(name: str, out: Path, archive: Path | None = None) -> list[Path]:
    """Download, verify and unpack a corpus, and write its manifests.

    All work is done in a temporary folder within `out`; complete folders are moved out of it.

    Parameters
    ----------
    archive : Path, optional
        Archive to use in place of a download; it is verified as well.

    Returns
    -------
    list of Path
        Folders of the corpus, in `out`.

    Raises
    ------
    ArchiveError
        If the archive is not the published one, has another layout, is unsafe to extract, or
        has to be given.
    OSError, tarfile.TarError
        If the archive cannot be downloaded or read.
    """
    registered = CORPUS_ARCHIVES[name]
    stem = name.replace("/", "-")
    if archive is not None and name == "folder":
        stem = archive.name.partition(".")[0]
    if existing := [path for path in _possible_folders(out, stem) if path.exists()]:
        return existing
    if archive is None and not registered.url:
        raise ArchiveError("no public download: get the archive, and give it with --archive")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{stem}-", dir=out) as scratch:
        if archive is None:
            archive = Path(scratch) / Path(registered.url).name
            archives.fetch(registered.url, archive)
        if registered.checksum:
            archives.verify(archive, registered.checksum)
        unpacked = Path(scratch) / "unpacked"
        archives.unpack(archive, unpacked)
        clips = sorted(registered.layout(unpacked), key=attrgetter("split"))
        _check_clips(clips, unpacked, archive.name)
        folders = []
        for split, of_split in groupby(clips, key=attrgetter("split")):
            folder = Path(scratch) / "-".join(filter(None, (stem, split)))
            _write_corpus(of_split, registered.corpus, folder)
            folders.append(folder)
        return [folder.rename(out / folder.name) for folder in folders]


def _possible_folders(out: Path, stem: str) -> list[Path]:
    return [out / stem, *(out / f"{stem}-{split}" for split in SPLITS)]


def _check_clips(clips: Sequence[ArchiveClip], unpacked: Path, name: str) -> None:
    """Raise ArchiveError if there are no clips, or one is not from the archive."""
    if not clips:
        raise ArchiveError(f"{name} has no clips in the layout of this corpus")
    for clip in clips:
        if not clip.file.resolve().is_relative_to(unpacked.resolve()):
            raise ArchiveError(f"{name} lists {clip.file.name}, which is outside of the archive")


def _write_corpus(clips: Iterable[ArchiveClip], corpus: str, folder: Path) -> None:
    """Move clips into `folder`, with a number before their names, and write its manifest."""
    folder.mkdir()
    with (folder / CORPUS_MANIFEST).open("w", encoding="utf-8") as manifest:
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
    """Parse the command line and prepare the named corpora."""
    parser = command_parser("download", __doc__)
    parser.add_argument(
        "names", nargs="+", choices=CORPUS_ARCHIVES, metavar="name", help=", ".join(CORPUS_ARCHIVES)
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of corpus folders")
    parser.add_argument("--archive", type=Path, help="archive of the corpus, already downloaded")
    options = parser.parse_args(arguments)
    if options.archive and len(options.names) > 1:
        parser.error("--archive goes with a single corpus")
    for name in options.names:
        with error_context(name):
            folders = prepare_corpus(name, options.out, options.archive)
        print(f"{name}: {', '.join(map(str, folders))}")
