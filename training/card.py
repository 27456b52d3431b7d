"""The model card of a bundle: written from its manifest and its measurements, never typed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from asr import bundle
from training.precision import Comparison

_TEMPLATE = """\
# {name} {version}

An English speech recogniser: {parameters:,} parameters, {megabytes:.1f} MB of TorchScript
({precision}), characters by CTC, one frame each {frame_ms:g} ms, decoded greedily. Licence:
{license}.

It is trained from random weights on the few hours of speech listed below, so that this repository
holds a model that anyone may use and reproduce. Its error rates say what to expect; where a
published model trained on thousands of hours can be had, use that one for production.

## Error rates

Measured on the file of this bundle, through the pipeline that serves
(`python -m training.evaluate`).

| set | corpus | clips | words | WER | CER | substituted | deleted | inserted |
|---|---|---|---|---|---|---|---|---|
{rates}

Real-time factor there, one clip at a time: {speed}.
{fidelity}
## Confidence

A word's confidence is the probability that it is right. The log-odds of the mean probability of
its characters are scaled by {scale:g} and shifted by {bias:g}, fitted on {calibrated} (Platt 1999).
Expected calibration error over 10 bins: {calibration}.

## Trained on

{sources}

## How it learned

![Curves of the training run](curves.svg)
"""

_FIDELITY = """
Against the network as trained, in float32, on the first {0.clips} clips of {1}: log-probabilities
differ by {0.mean_difference:.2g} on average and {0.max_difference:.2g} at most; WER
{0.wer:.3f} against {0.network_wer:.3f}.
"""

_PUBLISHED = """\
# {name} {version}

An English speech recogniser: {parameters:,} parameters, {megabytes:.1f} MB of TorchScript
({precision}), characters by CTC, one frame each {frame_ms:g} ms, decoded greedily. Licence:
{license}.

{about}

## Error rates

{rates} None of it was measured on this file; `python -m training.evaluate --bundle DIR --manifest
manifest.tsv` measures it.

## Confidence

Not calibrated: a word's confidence is the mean probability of its characters.

## Trained on

{sources}
"""


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
    text = _TEMPLATE.format(
        **_description(manifest, parameters),
        fidelity=_FIDELITY.format(comparison, calibrated) if comparison else "",
        rates="\n".join(_rates(reports)),
        speed=", ".join(f"{v['real_time_factor']} on {name}" for name, v in reports.items()),
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
    text = _PUBLISHED.format(**_description(manifest, parameters), about=about, rates=rates)
    (directory / "MODEL_CARD.md").write_text(text, encoding="utf-8")


def _description(manifest: bundle.Manifest, parameters: int) -> dict[str, Any]:
    rows = ["| corpus | hours | licence | reference |", "|---|---|---|---|"]
    rows += [
        f"| {s['name']} | {s['hours']} | {s['license']} | {s['reference']} |"
        for s in manifest.sources
    ]
    return {
        "name": manifest.name,
        "version": manifest.version,
        "parameters": parameters,
        "megabytes": manifest.model.bytes / 1e6,
        "precision": manifest.precision,
        "frame_ms": manifest.frame_seconds * 1000,
        "license": manifest.license,
        "sources": "\n".join(rows) if manifest.sources else "Not told.",
    }


def _rates(reports: dict[str, dict[str, Any]]) -> Iterable[str]:
    for name, report in reports.items():
        for corpus, rates in {"all": report["all"], **report["corpora"]}.items():
            yield (
                f"| {name} | {corpus} | {rates['utterances']} | {rates['words']} "
                f"| {rates['wer']:.3f} | {rates['cer']:.3f} | {rates['substitutions']} "
                f"| {rates['deletions']} | {rates['insertions']} |"
            )
