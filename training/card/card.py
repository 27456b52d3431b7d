"""Model card of a bundle: `python -m training card BUNDLE` renders it from its measurements.

`--report` replaces the measurements of the data sets by a report of `python -m training evaluate
--bundle BUNDLE`, `--reference` the measurements of PocketSphinx. The model and its manifest are not
changed.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from asr import bundle
from asr.settings import GREEDY
from training.card.measurements import FILE, Measurements, read_report
from training.card.render import render_imported_card, render_trained_card
from training.cli import command, command_parser
from training.errors import InputError, error_context
from training.evaluation.calibration import Bin, plot_reliability_diagram
from training.networks.registry import build
from training.recipe import Recipe

CARD = "MODEL_CARD.md"


def write_card(directory: Path, measurements: Measurements) -> None:
    """Write the card of a trained bundle, its reliability diagram and `measurements.json`.

    Raises
    ------
    AsrError
        If `directory` has no valid bundle.
    """
    manifest = bundle.load(str(directory)).manifest
    bins_by_set = {
        name: [Bin(**one) for one in report["confidence"]["bins"]]
        for name, report in measurements.sets.items()
    }
    plot_reliability_diagram(bins_by_set, directory / "reliability.svg")
    measurements.write(directory)
    text = render_trained_card(manifest, measurements)
    (directory / CARD).write_text(text, encoding="utf-8")


def write_imported_card(
    directory: Path, parameters: int, description: str, published_rates: str
) -> None:
    """Write the card of a bundle whose model was trained elsewhere.

    Parameters as in `render_imported_card`.

    Raises
    ------
    AsrError
        If `directory` has no valid bundle.
    """
    manifest = bundle.load(str(directory)).manifest
    text = render_imported_card(manifest, parameters, description, published_rates)
    (directory / CARD).write_text(text, encoding="utf-8")


def update_card(
    directory: Path,
    report: Path | None = None,
    reference: Path | None = None,
    recipe: Path | None = None,
    calibration_set: str | None = None,
) -> None:
    """Render the card of an existing bundle, its measurements replaced by those that are given.

    Raises
    ------
    InputError
        If the bundle has no measurements and not all of them are given, or `report` is of another
        bundle or of beam search.
    AsrError, OSError
        If a file is missing or invalid.
    """
    with error_context(directory):
        digest = bundle.load(str(directory)).sha256
    if (directory / FILE).exists():
        measurements = Measurements.read(directory)
    elif recipe and report and calibration_set:
        measurements = Measurements(0, calibration_set, {})
    else:
        raise InputError(
            f"{directory} has no {FILE}: give --report, --recipe and --calibration-set"
        )
    changes: dict[str, Any] = {}
    if report:
        printed = read_report(report)
        _check_recogniser(report, printed["recogniser"], digest)
        changes["sets"] = printed["sets"]
    if reference:
        changes["reference"] = read_report(reference)
    if recipe:
        changes["parameters"] = _count_parameters(Recipe.read(recipe))
    if calibration_set:
        changes["calibration_set"] = calibration_set
    write_card(directory, replace(measurements, **changes))


def _check_recogniser(report: Path, recogniser: dict[str, Any], digest: str) -> None:
    """Raise InputError unless a report is of the bundle with `digest`, decoded greedily."""
    if recogniser["sha256"] != digest:
        raise InputError(
            f"{report} is of another bundle (manifest {recogniser['sha256']}, expected {digest})"
        )
    if recogniser.get("decoder", GREEDY) != GREEDY:
        raise InputError(f"{report} is of the decoder {recogniser['decoder']}, expected {GREEDY}")


def _count_parameters(recipe: Recipe) -> int:
    recogniser, _ = build(recipe.network, recipe.front_end, recipe.parameters)
    return sum(parameter.numel() for parameter in recogniser.parameters())


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and write the card."""
    parser = command_parser("card", __doc__)
    parser.add_argument("directory", type=Path, metavar="BUNDLE")
    parser.add_argument(
        "--report", type=Path, help="report of `python -m training evaluate --bundle BUNDLE`"
    )
    parser.add_argument(
        "--reference", type=Path, help="report of `python -m training evaluate --reference ...`"
    )
    parser.add_argument("--recipe", type=Path, help="of the bundle, to count its parameters")
    parser.add_argument(
        "--calibration-set", help="name of the data set on which confidences were calibrated"
    )
    update_card(**vars(parser.parse_args(arguments)))
