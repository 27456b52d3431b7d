"""The model card of a bundle: written from its manifest and its measurements, never typed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from asr import bundle
from training.card_templates import FIDELITY, PUBLISHED, TRAINED, WORDINGS
from training.precision import Comparison


def write(
    directory: Path,
    reports: dict[str, dict[str, Any]],
    parameters: int,
    calibrated: str,
    comparison: Comparison | None = None,
) -> None:
    """Write MODEL_CARD.md into the bundle `directory`.

    Parameters
    ----------
    reports : dict
        By name of the set, what `training.evaluate.report` gives, with
        `expected_calibration_error`.
    parameters : int
        Number of weights.
    calibrated : str
        Name of the set on which confidence was fitted.
    comparison : Comparison, optional
        With the network before export, on clips of that set.
    """
    manifest = bundle.load(str(directory)).manifest
    wording = WORDINGS[manifest.kind]
    text = TRAINED.format(
        **_description(manifest, parameters),
        expectation=wording.expectation.format(words=", ".join(manifest.labels)),
        heading=wording.heading,
        columns=wording.columns,
        rates="\n".join(_rates(reports, wording.row)),
        speed=", ".join(f"{v['real_time_factor']} on {name}" for name, v in reports.items()),
        pictures=wording.pictures,
        fidelity=FIDELITY.format(comparison, calibrated) if comparison else "",
        basis=wording.basis,
        scale=manifest.confidence.scale,
        bias=manifest.confidence.bias,
        calibrated=calibrated,
        calibration=", ".join(
            f"{v['expected_calibration_error']} on {name}" for name, v in reports.items()
        ),
    )
    (directory / "MODEL_CARD.md").write_text(text, encoding="utf-8")


def write_published(directory: Path, parameters: int, about: str, rates: str) -> None:
    """Write MODEL_CARD.md of a model that others trained: `about` it, its published `rates`."""
    manifest = bundle.load(str(directory)).manifest
    text = PUBLISHED.format(**_description(manifest, parameters), about=about, rates=rates)
    (directory / "MODEL_CARD.md").write_text(text, encoding="utf-8")


def _description(manifest: bundle.Manifest, parameters: int) -> dict[str, Any]:
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


def _rates(reports: dict[str, dict[str, Any]], row: str) -> Iterable[str]:
    for name, report in reports.items():
        for corpus, rates in {"all": report["all"], **report["corpora"]}.items():
            yield row.format(set=name, corpus=corpus, **rates)
