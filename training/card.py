"""The model card of a bundle: written from its manifest and its measurements, never typed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from asr import bundle

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

## Confidence

A word's confidence is the probability that it is right. The log-odds of the mean probability of
its characters are scaled by {scale:g} and shifted by {bias:g}, fitted on {calibrated} (Platt 1999).
Expected calibration error over 10 bins: {calibration}.

## Trained on

| corpus | hours | licence | reference |
|---|---|---|---|
{sources}

## How it learned

![Curves of the training run](curves.svg)
"""


def write(
    directory: Path, reports: dict[str, dict[str, Any]], parameters: int, calibrated: str
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
    """
    manifest = bundle.load(str(directory)).manifest
    text = _TEMPLATE.format(
        name=manifest.name,
        version=manifest.version,
        parameters=parameters,
        megabytes=manifest.model.bytes / 1e6,
        precision=manifest.precision,
        frame_ms=manifest.frame_seconds * 1000,
        license=manifest.license,
        rates="\n".join(_rates(reports)),
        speed=", ".join(f"{v['real_time_factor']} on {name}" for name, v in reports.items()),
        scale=manifest.confidence.scale,
        bias=manifest.confidence.bias,
        calibrated=calibrated,
        calibration=", ".join(
            f"{v['expected_calibration_error']} on {name}" for name, v in reports.items()
        ),
        sources="\n".join(
            f"| {s['name']} | {s['hours']} | {s['license']} | {s['reference']} |"
            for s in manifest.sources
        ),
    )
    (directory / "MODEL_CARD.md").write_text(text, encoding="utf-8")


def _rates(reports: dict[str, dict[str, Any]]) -> Iterable[str]:
    for name, report in reports.items():
        for corpus, rates in {"all": report["all"], **report["corpora"]}.items():
            yield (
                f"| {name} | {corpus} | {rates['utterances']} | {rates['words']} "
                f"| {rates['wer']:.3f} | {rates['cer']:.3f} | {rates['substitutions']} "
                f"| {rates['deletions']} | {rates['insertions']} |"
            )
