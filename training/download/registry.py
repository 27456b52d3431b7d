"""Registry of public corpora: URLs, published checksums and layouts of their archives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.download import layouts
from training.download.layouts import ArchiveClip

OPENSLR = "https://www.openslr.org/resources"
TENSORFLOW = "https://storage.googleapis.com/download.tensorflow.org/data"

# From torchaudio 2.11, for the same archives.
LIBRISPEECH_SHA256 = {
    "dev-clean": "76f87d090650617fca0cac8f88b9416e0ebf80350acb97b343a85fa903728ab3",
    "dev-other": "12661c48e8c3fe1de2c1caa4c3e135193bfb1811584f11f569dd12645aa84365",
    "test-clean": "39fde525e59672dc6d1551919b1478f724438a95aa55f874b576be21967e6c23",
    "test-other": "d09c181bba5cf717b3dee7d4d592af11a3ee3a09e08ae025c5506f6ebe961c29",
    "train-clean-100": "d4ddd1d5a6ab303066f14971d768ee43278a5f2a0aa43dc716b0e64ecbbbf6e2",
    "train-clean-360": "146a56496217e96c14334a160df97fffedd6e0a04e66b9c5af0d40be3c792ecf",
    "train-other-500": "ddb22f27f96ec163645d53215559df6aa36515f26e01dd70798188350adcb6d2",
}
SPEECH_COMMANDS_SHA256 = {
    "0.01": "743935421bb51cccdb6bdd152e04c5c70274e935c82119ad7faeec31780d811d",
    "0.02": "af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58",
}
LJSPEECH_SHA256 = "be1a30453f28eb8dd26af4101ae40cbf2c50413b1bb21936cbcdc6fae3de8aa5"
# From the list that OpenSLR publishes beside the archives.
MINI_LIBRISPEECH_MD5 = {
    "train-clean-5": "5df7d4e78065366204ca6845bb08f490",
    "dev-clean-2": "6d7ab67ac6a1d2c993d050e16d61080d",
}


@dataclass(frozen=True)
class CorpusArchive:
    """Archive of a corpus, or of a part of one.

    Attributes
    ----------
    corpus : str
        Value of the `corpus` column, and key of `training/data/sources.yaml`.
    layout : callable
        From the folder of the unpacked archive to its clips.
    url : str
        Empty where the download needs an account, or no checksum is published; the user then
        gives the archive.
    checksum : str
        "sha256:..." or "md5:..." of the archive; empty where none is published.
    """

    corpus: str
    layout: Callable[[Path], Iterator[ArchiveClip]]
    url: str = ""
    checksum: str = ""


CORPUS_ARCHIVES = {
    **{
        f"librispeech/{part}": CorpusArchive(
            "librispeech",
            layouts.librispeech,
            f"{OPENSLR}/12/{part}.tar.gz",
            f"sha256:{digest}",
        )
        for part, digest in LIBRISPEECH_SHA256.items()
    },
    **{
        f"mini-librispeech/{part}": CorpusArchive(
            "librispeech", layouts.librispeech, f"{OPENSLR}/31/{part}.tar.gz", f"md5:{digest}"
        )
        for part, digest in MINI_LIBRISPEECH_MD5.items()
    },
    **{
        f"speech-commands/{version}": CorpusArchive(
            "speech-commands",
            layouts.speech_commands,
            f"{TENSORFLOW}/speech_commands_v{version}.tar.gz",
            f"sha256:{digest}",
        )
        for version, digest in SPEECH_COMMANDS_SHA256.items()
    },
    "ljspeech": CorpusArchive(
        "lj",
        layouts.ljspeech,
        "https://data.keithito.com/data/speech/LJSpeech-1.1.tar.bz2",
        f"sha256:{LJSPEECH_SHA256}",
    ),
    "an4": CorpusArchive("an4", layouts.an4),
    "common-voice": CorpusArchive("common-voice", layouts.common_voice),
    "folder": CorpusArchive("", layouts.corpus_folder),
}
