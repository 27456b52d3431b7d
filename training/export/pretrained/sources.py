"""What a SOURCE of `make model` stands for: a published name, a model of the hub, files here."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.errors import InputError
from training.export.pretrained import hub
from training.export.pretrained.adapters import adapter_languages
from training.export.pretrained.model_card import CardMetadata, read_card_metadata
from training.export.pretrained.published import PUBLISHED
from training.export.pretrained.transformers_folder import CONFIG

HUB_ID = re.compile(r"(?P<id>[\w.-]+/[\w.-]+)(@(?P<revision>[\w./-]+))?")
NAME_CHARACTERS = 64


@dataclass(frozen=True)
class LocalModel:
    """Files of a model on this machine.

    Attributes
    ----------
    path : Path
        A folder as transformers saves it, or a `.nemo` archive.
    name : str
        For the manifest.
    card : CardMetadata
    origin : dict
        For the manifest: `source`, `revision` of the hub, `files` with their SHA-256 digests.
    """

    path: Path
    name: str
    card: CardMetadata
    origin: dict[str, Any]


def resolve(source: str, language: str | None = None, **client: str) -> LocalModel:
    """Find the files of a source, downloading a model of the hub.

    Parameters
    ----------
    source : str
        A path; a name of `PUBLISHED`; or `OWNER/NAME`, `OWNER/NAME@REVISION` of the hub.
    language : str, optional
        Code of the language adapter to download.
    client : str
        As of `hub.download`.

    Raises
    ------
    InputError
        If it is none of these, or cannot be downloaded.
    """
    path = Path(source)
    if path.exists():
        return _local(path, language)
    published = PUBLISHED.get(source)
    found = HUB_ID.fullmatch(published.source if published else source)
    if not found or path.is_absolute() or source.endswith(hub.NEMO) or source.startswith("."):
        raise InputError(
            f"{source} is no file or folder here, no model of the hub (OWNER/NAME[@REVISION]) and "
            f"no published name ({', '.join(PUBLISHED)})"
        )
    return _of_hub(found["id"], found["revision"], language, client)


def _local(path: Path, language: str | None) -> LocalModel:
    if path.is_dir():
        if not (path / CONFIG).exists():
            raise InputError(f"{path} has no {CONFIG}, expected a folder as transformers saves one")
        names = hub.choose_files([file.name for file in path.iterdir()], language)
        files = [path / name for name in names]
        card = read_card_metadata(path)
    elif path.suffix == hub.NEMO:
        files, card = [path], CardMetadata()
    else:
        raise InputError(
            f"{path} is a file of another kind, expected a folder or a {hub.NEMO} file"
        )
    origin = {"source": path.resolve().name, "files": _digests(files)}
    return LocalModel(path, _name(path.resolve().name, files), card, origin)


def _of_hub(
    model_id: str, revision: str | None, language: str | None, client: dict[str, str]
) -> LocalModel:
    model = hub.download(model_id, revision, language, **client)
    files = [model.folder / name for name in model.files]
    archives = [file for file in files if file.suffix == hub.NEMO]
    origin = {"source": model_id, "revision": model.commit, "files": _digests(files)}
    return LocalModel(
        archives[0] if archives else model.folder,
        _name(model_id.partition("/")[2], files),
        read_card_metadata(model.folder),
        origin,
    )


def _name(text: str, files: list[Path]) -> str:
    """A name that a manifest may have, with the language whose adapter is among the files."""
    adapters = adapter_languages([file.name for file in files])
    text = "-".join([text.lower().removesuffix(hub.NEMO), *adapters])
    return re.sub(r"[^a-z0-9._-]+", "-", text).lstrip("._-")[:NAME_CHARACTERS] or "model"


def _digests(files: list[Path]) -> dict[str, str]:
    digests = {}
    for file in sorted(files):
        with file.open("rb") as content:
            digests[file.name] = hashlib.file_digest(content, "sha256").hexdigest()
    return digests
