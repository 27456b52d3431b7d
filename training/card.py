"""The model card of a bundle: written from its manifest and its measurements, never typed.

`python -m training.card BUNDLE` writes it anew from `measurements.json`; `--report` takes other
figures into it (what `training.evaluate --bundle BUNDLE` printed), `--reference` those of
PocketSphinx. The sealed files are left as they are.
"""

import argparse
import re
from dataclasses import replace
from pathlib import Path
from textwrap import fill
from typing import Any

from asr import bundle
from asr.manifest import LanguageModel, Manifest
from asr.settings import GREEDY
from training import card_tables, reliability
from training.card_templates import (
    BEAM,
    CONFUSIONS,
    DRAWN,
    FIDELITY,
    FORETOLD,
    MISTAKES,
    PUBLISHED,
    REFERENCE,
    TIMES,
    TRAINED,
    WITHOUT,
    WORDINGS,
)
from training.command import InputError, about, command
from training.measurements import FILE, Measurements, read_report
from training.networks import build
from training.recipe import Recipe
from training.reliability import Bin

CARD = "MODEL_CARD.md"
WIDTH = 100  # characters to a line of prose


def write(directory: Path, measured: Measurements) -> None:
    """Write MODEL_CARD.md, its picture and `measurements.json` into the bundle `directory`."""
    manifest = bundle.load(str(directory)).manifest
    wording = WORDINGS[manifest.kind]
    sets = measured.sets
    text = TRAINED.format(
        **_description(manifest, measured.parameters),
        expectation=wording.expectation.format(words=", ".join(manifest.labels)),
        heading=wording.heading,
        how_sure=wording.how_sure,
        by_corpus=card_tables.by_corpus(sets, manifest.kind),
        by_length=card_tables.by_length(sets, manifest.kind),
        speed=_by_set({name: report["real_time_factor"] for name, report in sets.items()}),
        more=_more(manifest, measured),
        basis=wording.basis,
        scale=manifest.confidence.scale,
        bias=manifest.confidence.bias,
        calibrated=measured.calibrated,
        calibration=_by_set(
            {n: report["confidence"]["expected_calibration_error"] for n, report in sets.items()}
        ),
    )
    curves = {
        name: [Bin(**one) for one in report["confidence"]["bins"]] for name, report in sets.items()
    }
    reliability.draw(curves, directory / "reliability.svg")
    measured.write(directory)
    (directory / CARD).write_text(_wrapped(text), encoding="utf-8")


def _wrapped(text: str) -> str:
    """Text whose paragraphs are filled anew; tables, headings and pictures stay as they are."""
    paragraphs = re.split(r"\n{2,}", text.strip("\n"))
    filled = [
        each if each.startswith(("|", "#", "!")) else fill(each, WIDTH, break_on_hyphens=False)
        for each in paragraphs
    ]
    return "\n\n".join(filled) + "\n"


def _more(manifest: Manifest, measured: Measurements) -> str:
    """What the card of this kind tells besides, as far as it was measured."""
    if manifest.kind == "keyword":
        return CONFUSIONS
    sections = []
    if measured.comparison:
        sections.append(FIDELITY.format(measured.comparison, measured.calibrated))
    if measured.reference:
        seed = measured.reference.get("seed")
        sections.append(
            REFERENCE.format(
                drawn="" if seed is None else DRAWN.format(seed=seed),
                beside=card_tables.beside(manifest.name, measured.sets, measured.reference),
            )
        )
    sections.append(MISTAKES.format(mistakes=card_tables.mistakes(measured.sets)))
    times = card_tables.word_times(measured.sets)
    sections.append(TIMES.format(word_times=times, frame_ms=manifest.frame_seconds * 1000))
    if measured.decoders and manifest.language_model:
        sections.append(_beam(manifest.language_model, measured.decoders))
    return "".join(sections)


def _beam(model: LanguageModel, measured: dict[str, Any]) -> str:
    """What a language model is, costs, and gains."""
    told, tuned = measured["language_model"], measured["tuned"]
    apart = told.get("held_out")
    return BEAM.format(
        file=model.file,
        megabytes=model.bytes / 1e6,
        memory_megabytes=told["memory_bytes"] / 1e6,
        open_ms=told["open_ms"],
        search=model.search,
        confidence=model.confidence,
        clips=tuned["clips"],
        tuned=tuned["set"],
        decoders=card_tables.decoders(measured["sets"]),
        words=told["words"],
        longest=len(told["ngrams"]),
        ngrams=", ".join(f"{count:,}" for count in told["ngrams"]),
        sentences=told["learned_from"]["sentences"],
        running=told["learned_from"]["words"],
        without=WITHOUT.format(sets=" or ".join(told["without"])) if told["without"] else "",
        foretold=FORETOLD.format(**apart) if apart else "",
        sources=card_tables.texts(model.sources),
    )


def _by_set(figures: dict[str, float]) -> str:
    return ", ".join(f"{figure} on {name}" for name, figure in figures.items())


def write_published(directory: Path, parameters: int, about: str, rates: str) -> None:
    """Write MODEL_CARD.md of a model that others trained: `about` it, its published `rates`."""
    manifest = bundle.load(str(directory)).manifest
    text = PUBLISHED.format(**_description(manifest, parameters), about=about, rates=rates)
    (directory / CARD).write_text(_wrapped(text), encoding="utf-8")


def _description(manifest: Manifest, parameters: int) -> dict[str, Any]:
    wording = WORDINGS[manifest.kind]
    rows = ["| corpus | hours | licence | reference |", "|---|---|---|---|"]
    rows += [
        f"| {s['name']} | {s['hours']} | {s['license']} | {s['reference']} |"
        for s in manifest.sources
    ]
    return {
        "name": manifest.name,
        "version": manifest.version,
        "what": wording.what.format(window_seconds=manifest.window_seconds),
        "parameters": parameters,
        "megabytes": manifest.model.bytes / 1e6,
        "precision": manifest.precision,
        "how": wording.how.format(
            frame_ms=manifest.frame_seconds * 1000, classes=len(manifest.labels)
        ),
        "license": manifest.license,
        "sources": "\n".join(rows) if manifest.sources else "Not told.",
    }


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
    with about(directory):
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
def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, metavar="BUNDLE")
    parser.add_argument("--report", type=Path, help="what training.evaluate printed of the bundle")
    parser.add_argument("--reference", type=Path, help="what it printed of PocketSphinx")
    parser.add_argument("--recipe", type=Path, help="of the bundle, to count its parameters")
    parser.add_argument("--calibrated", help="set on which confidence was fitted")
    rewrite(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
