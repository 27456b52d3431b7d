"""Folder of initial weights that are neither a run nor a bundle: the tensors, and their source."""

import hashlib
import json
import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import torch
from torch import Tensor

from training.errors import InputError

WEIGHTS, DESCRIPTION = "weights.pt", "weights.json"
INVALID = "{} holds no imported weights: import them again"


@dataclass(frozen=True)
class WeightsSource:
    """Origin of imported weights.

    Attributes
    ----------
    name : str
        Name of the model, such as `whisper-base`.
    source : str
        Published address, or the name of a local file that is not the published one.
    source_sha256 : str
        Digest of that file.
    license, copyright, reference : str
        Licence of the weights, their authors, and the paper.
    """

    name: str
    source: str
    source_sha256: str
    license: str
    copyright: str
    reference: str


def save_weights(folder: Path, weights: Mapping[str, Tensor], source: WeightsSource) -> None:
    """Write `weights`, by the recogniser's parameter names, and their source into `folder`."""
    torch.save(dict(weights), folder / WEIGHTS)
    description = asdict(source) | {"file": WEIGHTS, "sha256": _sha256(folder / WEIGHTS)}
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def read_source(folder: Path) -> WeightsSource:
    """Source of the weights in `folder`; raises as `load_weights` does."""
    members = _read_description(folder)
    return WeightsSource(**{field.name: members[field.name] for field in fields(WeightsSource)})


def load_weights(folder: Path) -> dict[str, Tensor]:
    """Weights by the recogniser's parameter names.

    Raises
    ------
    InputError
        If the file has another digest than the description, or holds no weights.
    OSError
        If a file is missing.
    """
    file = folder / WEIGHTS
    expected = _read_description(folder)["sha256"]
    if (found := _sha256(file)) != expected:
        raise InputError(f"{file}: SHA-256 is {found}, {DESCRIPTION} has {expected}")
    try:
        weights: dict[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError) as error:
        raise InputError(INVALID.format(folder)) from error
    return weights


def _read_description(folder: Path) -> dict[str, str]:
    required = {"sha256", *(field.name for field in fields(WeightsSource))}
    try:
        members: dict[str, str] = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(INVALID.format(folder)) from error
    if not isinstance(members, dict) or not required <= members.keys():
        raise InputError(INVALID.format(folder))
    return members


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
