"""Evaluate a bundle on corpora, through the pipeline that serves.

`python -m training evaluate --bundle DIR --manifest DIR/manifest.tsv ...` prints a report as JSON.
For each data set (named after the folder of its manifest): WER and CER, or the accuracy of a
keyword bundle, in total, by corpus and by duration; the most frequent errors; calibration of
confidences; word timing errors; and the real-time factor. `--reference pocketsphinx` evaluates
PocketSphinx in the same way.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from asr import bundle
from asr.settings import DECODERS, GREEDY
from asr.transcriber import Transcriber
from asr.transcript import ModelIdentity
from training.cli import command, command_parser
from training.data.manifest import Utterance, read_data_sets
from training.errors import error_context
from training.evaluation.inference import sample_utterances, transcribe_corpus
from training.evaluation.pocketsphinx import PocketSphinx
from training.evaluation.report import bundle_report, recognition_report

REFERENCES = {"pocketsphinx": PocketSphinx}

# From the utterances of a data set to its report.
Evaluator = Callable[[Sequence[Utterance]], dict[str, Any]]


def bundle_evaluator(uri: str, decoder: str = GREEDY) -> tuple[ModelIdentity, Evaluator]:
    """Open the bundle at `uri` and return its identity and evaluator.

    Raises
    ------
    InputError
        If the bundle cannot be loaded, or has no such decoder.
    """
    with error_context(uri or "the embedded bundle"):
        transcriber = Transcriber(bundle.load(uri), decoder)
    return (
        transcriber.identity,
        lambda utterances: bundle_report(transcribe_corpus(transcriber, utterances), transcriber),
    )


def reference_evaluator(name: str) -> tuple[ModelIdentity, Evaluator]:
    """Return the identity and evaluator of a reference recogniser: error rates and speed only."""
    recogniser = REFERENCES[name]()
    return (
        recogniser.identity,
        lambda utterances: recognition_report(transcribe_corpus(recogniser, utterances)),
    )


def evaluate(
    recogniser: tuple[ModelIdentity, Evaluator],
    manifests: Sequence[Path],
    clips: int | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Evaluate a recogniser on each data set, or on a random sample of `clips` of each.

    Raises
    ------
    InputError
        If a manifest or one of its clips cannot be used, or two data sets have the same name.
    """
    identity, evaluator = recogniser
    reports = {}
    for name, utterances in read_data_sets(manifests).items():
        sample = utterances if clips is None else sample_utterances(utterances, clips, seed)
        reports[name] = {"clips_listed": len(utterances), **evaluator(sample)}
    return {
        "recogniser": vars(identity),
        **({} if clips is None else {"seed": seed}),
        "sets": reports,
    }


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and print the report."""
    parser = command_parser("evaluate", __doc__)
    recogniser = parser.add_mutually_exclusive_group()
    recogniser.add_argument(
        "--bundle", default="", help="folder or s3:// prefix (default: the embedded bundle)"
    )
    recogniser.add_argument("--reference", choices=REFERENCES, help="evaluate this recogniser")
    parser.add_argument(
        "--decoder",
        choices=DECODERS,
        default=GREEDY,
        help="decoder of the bundle (default: greedy)",
    )
    parser.add_argument(
        "--manifest", type=Path, required=True, nargs="+", help="manifest.tsv of each data set"
    )
    parser.add_argument("--clips", type=int, help="size of a random sample of each data set")
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of the random sample (default: 0)"
    )
    parser.add_argument("--threads", type=int, default=1, help="processor threads (default: 1)")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    opened = (
        reference_evaluator(options.reference)
        if options.reference
        else bundle_evaluator(options.bundle, options.decoder)
    )
    report = evaluate(opened, options.manifest, options.clips, options.seed)
    print(json.dumps(report, indent=1, ensure_ascii=False))
