"""The model card of a bundle: written from its manifest and its measurements, never typed."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asr import bundle

_TEMPLATE = """\
# {name} {version}

{what}: {parameters:,} parameters, {megabytes:.1f} MB of TorchScript
({precision}), {how}. Licence:
{license}.

It is trained from random weights on the few hours of speech listed below, so that this repository
holds a model that anyone may use and reproduce. {expectation}

## {heading}

Measured on the file of this bundle, through the pipeline that serves
(`python -m training.evaluate`).

{columns}
{rates}

Real-time factor there, one clip at a time: {speed}.
{pictures}
## Confidence

A word's confidence is the probability that it is right. The log-odds of {basis}
are scaled by {scale:g} and shifted by {bias:g}, fitted on {calibrated} (Platt 1999).
Expected calibration error over 10 bins: {calibration}.

## Trained on

| corpus | hours | licence | reference |
|---|---|---|---|
{sources}

## How it learned

![Curves of the training run](curves.svg)
"""


@dataclass(frozen=True)
class Wording:
    """What the card of one kind of bundle says in its own way."""

    what: str
    how: str
    expectation: str
    heading: str
    columns: str
    row: str
    basis: str
    pictures: str = ""


_WORDINGS = {
    "ctc": Wording(
        what="An English speech recogniser",
        how="characters by CTC, one frame each {frame_ms:g} ms, decoded greedily",
        expectation="""Its error rates say what to expect; where a
published model trained on thousands of hours can be had, use that one for production.""",
        heading="Error rates",
        columns="""\
| set | corpus | clips | words | WER | CER | substituted | deleted | inserted |
|---|---|---|---|---|---|---|---|---|""",
        row="| {set} | {corpus} | {utterances} | {words} | {wer:.3f} | {cer:.3f} "
        "| {substitutions} | {deletions} | {insertions} |",
        basis="the mean probability of\nits characters",
    ),
    "keyword": Wording(
        what="A classifier of single words in clips of up to {window_seconds:g} seconds",
        how="one of {classes} words a clip",
        expectation="""It knows these words and
no other, and takes whatever else is said for one of them: {words}.""",
        heading="Accuracy",
        columns="| set | corpus | clips | right | accuracy |\n|---|---|---|---|---|",
        row="| {set} | {corpus} | {utterances} | {right} | {accuracy:.3f} |",
        basis="the word's probability",
        pictures="\n![What was heard for what was said](confusions.svg)\n",
    ),
}


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
    wording = _WORDINGS[manifest.kind]
    text = _TEMPLATE.format(
        name=manifest.name,
        version=manifest.version,
        what=wording.what.format(window_seconds=manifest.window_seconds),
        parameters=parameters,
        megabytes=manifest.model.bytes / 1e6,
        precision=manifest.precision,
        how=wording.how.format(
            frame_ms=manifest.frame_seconds * 1000, classes=len(manifest.labels)
        ),
        license=manifest.license,
        expectation=wording.expectation.format(words=", ".join(manifest.labels)),
        heading=wording.heading,
        columns=wording.columns,
        rates="\n".join(_rates(reports, wording.row)),
        speed=", ".join(f"{v['real_time_factor']} on {name}" for name, v in reports.items()),
        pictures=wording.pictures,
        basis=wording.basis,
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


def _rates(reports: dict[str, dict[str, Any]], row: str) -> Iterable[str]:
    for name, report in reports.items():
        for corpus, rates in {"all": report["all"], **report["corpora"]}.items():
            yield row.format(set=name, corpus=corpus, **rates)
