"""Measure a bundle on corpora, through the very pipeline that serves.

`python -m training evaluate --bundle DIR --manifest DIR/manifest.tsv ...` prints as JSON, by set
(the folder of a manifest): WER and CER (of a keyword bundle, its accuracy) in all, by corpus and by
length, the most frequent mistakes, how far confidences and times of words can be believed, and the
speed. `--reference pocketsphinx` measures PocketSphinx in the same way.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from asr import bundle
from asr.settings import DECODERS, GREEDY
from asr.transcriber import Transcriber
from asr.transcript import ModelIdentity
from training.cli import command, command_parser
from training.data.manifest import Utterance, read_sets
from training.errors import error_context
from training.evaluation.inference import draw, transcribe
from training.evaluation.pocketsphinx import PocketSphinx
from training.evaluation.report import full_report, report
from training.readable import dumps

REFERENCES = {"pocketsphinx": PocketSphinx}

Measure = Callable[[Sequence[Utterance]], dict[str, Any]]


def of_bundle(uri: str, decoder: str = GREEDY) -> tuple[ModelIdentity, Measure]:
    """Open the bundle at `uri` with a decoder; gives who it is and what measures it."""
    with error_context(uri or "the embedded bundle"):
        transcriber = Transcriber(bundle.load(uri), decoder)
    return transcriber.identity, lambda heard: full_report(
        transcribe(transcriber, heard), transcriber
    )


def of_reference(name: str) -> tuple[ModelIdentity, Measure]:
    """Open a reference recogniser: of its confidences and times nothing is claimed."""
    listener = REFERENCES[name]()
    return listener.identity, lambda heard: report(transcribe(listener, heard))


def evaluate(
    recogniser: tuple[ModelIdentity, Measure],
    manifests: Sequence[Path],
    clips: int | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Measure a recogniser on each set; with `clips`, on so many that are drawn from it.

    Raises
    ------
    InputError
        If a manifest or a clip of it cannot be used, or two sets have one name.
    """
    identity, measure = recogniser
    measured = {}
    for name, utterances in read_sets(manifests).items():
        drawn = utterances if clips is None else draw(utterances, clips, seed)
        measured[name] = {"clips_listed": len(utterances), **measure(drawn)}
    return {
        "recogniser": vars(identity),
        **({} if clips is None else {"seed": seed}),
        "sets": measured,
    }


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and print the report."""
    parser = command_parser("evaluate", __doc__)
    recogniser = parser.add_mutually_exclusive_group()
    recogniser.add_argument(
        "--bundle", default="", help="folder or s3:// prefix; default: embedded"
    )
    recogniser.add_argument("--reference", choices=REFERENCES, help="in place of a bundle")
    parser.add_argument("--decoder", choices=DECODERS, default=GREEDY, help="of the bundle")
    parser.add_argument("--manifest", type=Path, required=True, nargs="+")
    parser.add_argument("--clips", type=int, help="measure only so many of each, drawn at random")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    opened = (
        of_reference(options.reference)
        if options.reference
        else of_bundle(options.bundle, options.decoder)
    )
    print(dumps(evaluate(opened, options.manifest, options.clips, options.seed)))
