"""The texts of model cards, to be filled in by `training.card`."""

from dataclasses import dataclass

HEAD = """\
# {name} {version}

{what}: {parameters:,} parameters, {megabytes:.1f} MB of TorchScript
({precision}), {how}. Licence:
{license}.
"""

TRAINED = (
    HEAD
    + """
It is trained from random weights on the few hours of speech listed below, so that this repository
holds a model that anyone may use and reproduce. {expectation}

## {heading}

Measured on the file of this bundle, through the pipeline that serves
(`python -m training.evaluate`).

{columns}
{rates}

Real-time factor there, one clip at a time: {speed}.
{pictures}{fidelity}
## Confidence

A word's confidence is the probability that it is right. The log-odds of {basis}
are scaled by {scale:g} and shifted by {bias:g}, fitted on {calibrated} (Platt 1999).
Expected calibration error over 10 bins: {calibration}.

## Trained on

{sources}

## How it learned

![Curves of the training run](curves.svg)
"""
)

FIDELITY = """
Against the network as trained, in float32, on the first {0.clips} clips of {1}: log-probabilities
differ by {0.mean_difference:.2g} on average and {0.max_difference:.2g} at most; WER
{0.wer:.3f} against {0.network_wer:.3f}.
"""

PUBLISHED = (
    HEAD
    + """
{about}

## Error rates

{rates} None of it was measured on this file; `python -m training.evaluate --bundle DIR --manifest
manifest.tsv` measures it.

## Confidence

Not calibrated: a word's confidence is the mean probability of its characters.

## Trained on

{sources}
"""
)


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


WORDINGS = {
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
