"""Folder of initial weights that are neither a run nor a bundle: the tensors, and their source."""

import hashlib
import json
import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.errors import InputError

WEIGHTS, DESCRIPTION = "weights.pt", "weights.json"


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
    try:
        expected = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))["sha256"]
        if (found := _sha256(file)) != expected:
            raise InputError(f"{file}: SHA-256 is {found}, {DESCRIPTION} has {expected}")
        weights: dict[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)
    except (ValueError, KeyError, TypeError, RuntimeError, pickle.UnpicklingError) as error:
        raise InputError(f"{folder} holds no imported weights: import them again") from error
    return weights


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
