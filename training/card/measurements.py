"""All that a model card tells and a manifest does not, kept beside both as JSON."""

import json
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from training import readable
from training.errors import InputError
from training.evaluation.fidelity import Comparison

FILE = "measurements.json"


@dataclass(frozen=True)
class Measurements:
    """What was measured of a bundle.

    Attributes
    ----------
    parameters : int
        Number of weights.
    calibrated : str
        Name of the set on which confidence was fitted.
    sets : dict
        By name of the set, what `training.evaluation.report.full_report` gives.
    comparison : Comparison, optional
        With the network before export, on clips of the set for calibration.
    reference : dict, optional
        What `training.evaluation.evaluate` prints of a reference recogniser.
    decoders : dict, optional
        What `training.export.add_language_model` prints of a language model.
    """

    parameters: int
    calibrated: str
    sets: dict[str, dict[str, Any]]
    comparison: Comparison | None = None
    reference: dict[str, Any] | None = None
    decoders: dict[str, Any] | None = None

    def write(self, bundle: Path) -> None:
        """Write `measurements.json` into the folder of a bundle."""
        (bundle / FILE).write_text(readable.dumps(asdict(self)) + "\n", encoding="utf-8")

    @staticmethod
    def read(bundle: Path) -> "Measurements":
        """Read what was written; raises InputError if it is something else."""
        needed = {field.name for field in fields(Measurements) if field.default is MISSING}
        members = _members(bundle / FILE, needed)
        comparison = members.get("comparison")
        return Measurements(**members | {"comparison": comparison and Comparison(**comparison)})


def read_report(file: Path) -> dict[str, Any]:
    """What `training.evaluation.evaluate` printed; raises InputError if `file` is something else."""
    return _members(file, {"recogniser", "sets"})


def _members(file: Path, expected: set[str]) -> dict[str, Any]:
    try:
        members = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{file} is not JSON: {error}") from error
    if not isinstance(members, dict) or not expected <= members.keys():
        raise InputError(f"{file} lacks members: it holds not {', '.join(sorted(expected))}")
    return members
