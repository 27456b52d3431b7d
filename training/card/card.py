"""The model card of a bundle: written from its manifest and its measurements, never typed.

`python -m training card BUNDLE` writes it anew from `measurements.json`; `--report` takes other
figures into it (what `training.evaluation.evaluate --bundle BUNDLE` printed), `--reference` those of
PocketSphinx. The sealed files are left as they are.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from asr import bundle
from asr.settings import GREEDY
from training.card import text as card_text
from training.card.measurements import FILE, Measurements, read_report
from training.cli import command, command_parser
from training.errors import InputError, error_context
from training.evaluation import reliability
from training.evaluation.reliability import Bin
from training.networks.registry import build
from training.recipe import Recipe

CARD = "MODEL_CARD.md"


def write(directory: Path, measured: Measurements) -> None:
    """Write MODEL_CARD.md, its picture and `measurements.json` into the bundle `directory`."""
    manifest = bundle.load(str(directory)).manifest
    curves = {
        name: [Bin(**one) for one in report["confidence"]["bins"]]
        for name, report in measured.sets.items()
    }
    reliability.draw(curves, directory / "reliability.svg")
    measured.write(directory)
    (directory / CARD).write_text(card_text.trained(manifest, measured), encoding="utf-8")


def write_published(directory: Path, parameters: int, about: str, rates: str) -> None:
    """Write MODEL_CARD.md of a model that others trained: `about` it, its published `rates`."""
    manifest = bundle.load(str(directory)).manifest
    text = card_text.published(manifest, parameters, about, rates)
    (directory / CARD).write_text(text, encoding="utf-8")


def rewrite(
    directory: Path,
    report: Path | None = None,
    reference: Path | None = None,
    recipe: Path | None = None,
    calibrated: str | None = None,
) -> None:
    """Write the card of an existing bundle anew, with what is given in place of what it had.

    Raises
    ------
    InputError
        If the bundle has no measurements and not all is given, or a report is of another bundle.
    AsrError, OSError
        If something is not there.
    """
    with error_context(directory):
        sealed = bundle.load(str(directory)).sha256
    if (directory / FILE).exists():
        measured = Measurements.read(directory)
    elif recipe and report and calibrated:
        measured = Measurements(0, calibrated, {})
    else:
        raise InputError(f"{directory} has no {FILE}: give --report, --recipe and --calibrated")
    changes: dict[str, Any] = {}
    if report:
        printed = read_report(report)
        _check_measured(report, printed["recogniser"], sealed)
        changes["sets"] = printed["sets"]
    if reference:
        changes["reference"] = read_report(reference)
    if recipe:
        changes["parameters"] = _parameters(Recipe.read(recipe))
    if calibrated:
        changes["calibrated"] = calibrated
    write(directory, replace(measured, **changes))


def _check_measured(report: Path, recogniser: dict[str, Any], sealed: str) -> None:
    """Raise InputError unless a report is of the bundle `sealed`, decoded greedily."""
    if recogniser["sha256"] != sealed:
        raise InputError(f"{report} is of another bundle, {recogniser['sha256']}")
    if recogniser.get("decoder", GREEDY) != GREEDY:
        raise InputError(f"{report} is of the decoder {recogniser['decoder']}")


def _parameters(recipe: Recipe) -> int:
    recogniser, _ = build(recipe.network, recipe.front_end, recipe.parameters)
    return sum(parameter.numel() for parameter in recogniser.parameters())


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write."""
    parser = command_parser("card", __doc__)
    parser.add_argument("directory", type=Path, metavar="BUNDLE")
    parser.add_argument(
        "--report", type=Path, help="what training.evaluation.evaluate printed of the bundle"
    )
    parser.add_argument("--reference", type=Path, help="what it printed of PocketSphinx")
    parser.add_argument("--recipe", type=Path, help="of the bundle, to count its parameters")
    parser.add_argument("--calibrated", help="set on which confidence was fitted")
    rewrite(**vars(parser.parse_args(arguments)))
