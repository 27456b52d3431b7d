"""Measurements of a bundle, beside its manifest the data of a model card: `measurements.json`."""

import json
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from training.errors import InputError
from training.evaluation.fidelity import Fidelity

FILE = "measurements.json"


@dataclass(frozen=True)
class Measurements:
    """Measurements of a bundle, for its model card.

    Attributes
    ----------
    parameters : int
        Number of weights.
    calibration_set : str
        Name of the data set on which confidences were calibrated.
    sets : dict
        By name of the data set, the report of `training.evaluation.report.bundle_report`.
    fidelity : Fidelity, optional
        Comparison with the network before export, on clips of the calibration set.
    reference : dict, optional
        The report of `python -m training evaluate --reference` on the same data sets.
    decoders : dict, optional
        The report of `python -m training add-language-model`.
    fine_tuning : dict, optional
        Of a bundle that `python -m training finetune` made: `start` (the identity of the bundle
        before), `clips` and `minutes` of training, `disjoint_by`, `held_out` (a name in `sets`),
        and the rates `before` on it.
    """

    parameters: int
    calibration_set: str
    sets: dict[str, dict[str, Any]]
    fidelity: Fidelity | None = None
    reference: dict[str, Any] | None = None
    decoders: dict[str, Any] | None = None
    fine_tuning: dict[str, Any] | None = None

    def write(self, bundle: Path) -> None:
        """Write `measurements.json` into the folder of a bundle."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (bundle / FILE).write_text(text + "\n", encoding="utf-8")

    @staticmethod
    def read(bundle: Path) -> "Measurements":
        """Read `measurements.json` from the folder of a bundle.

        Raises
        ------
        InputError
            If the file has other content.
        OSError
            If there is no such file.
        """
        required = {field.name for field in fields(Measurements) if field.default is MISSING}
        members = _read_members(bundle / FILE, required)
        fidelity = members.get("fidelity")
        return Measurements(**members | {"fidelity": fidelity and Fidelity(**fidelity)})


def read_report(file: Path) -> dict[str, Any]:
    """Read the report that `python -m training evaluate` printed into `file`.

    Raises
    ------
    InputError
        If the file has other content.
    OSError
        If there is no such file.
    """
    return _read_members(file, {"recogniser", "sets"})


def _read_members(file: Path, required: set[str]) -> dict[str, Any]:
    try:
        members = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{file} is not JSON: {error}") from error
    if not isinstance(members, dict) or not required <= members.keys():
        raise InputError(f"{file} must be a JSON object with {', '.join(sorted(required))}")
    return members
