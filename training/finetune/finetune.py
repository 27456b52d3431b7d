"""Fine-tune a bundle on your own clips, and write a bundle of your own.

`python -m training finetune CLIPS --out DIR`, or `make finetune`. CLIPS is a folder of audio files
with their transcripts: a `manifest.tsv` with the columns `file` and `text` (and `speaker`, if
known), or a text file of the same name beside each clip. A tenth of the clips is held out; the
error rates on it before and after are printed, and put into the model card. The same command
resumes a run that was killed.
"""

import hashlib
import logging
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from asr import bundle
from asr.bundle import Bundle
from asr.manifest import MANIFEST
from asr.transcriber import Transcriber
from training.card.measurements import Measurements
from training.cli import command, command_parser
from training.data.manifest import Utterance, write_manifest
from training.errors import InputError, error_context
from training.evaluation.inference import transcribe_corpus
from training.evaluation.report import error_rates
from training.export.export import export_run
from training.export.quantisation import FLOAT32
from training.finetune.clips import describe, read_clips
from training.finetune.holdout import Split, split
from training.finetune.language_model import copy_language_model
from training.finetune.plan import HELD_OUT, TRAIN, plan_recipe
from training.fit.bundle_weights import network_description
from training.fit.train import train
from training.recipe import Recipe

RUN = "run"


@dataclass(frozen=True)
class Outcome:
    """Word error rates on the held-out clips, before and after."""

    clips: int
    before: float
    after: float


def finetune(
    folder: Path,
    out: Path,
    start: Path = bundle.EMBEDDED,
    runs: Path = Path("runs"),
    workers: int = 1,
) -> Outcome:
    """Fine-tune the bundle `start` on the clips in `folder`, and write the bundle `out`.

    Parameters
    ----------
    folder : Path
        As of `training.finetune.clips.read_clips`.
    out : Path
        Replaced only when the new bundle is complete and verified.
    start : Path
        Folder of a `ctc` bundle in bfloat16 or int8-dynamic; the embedded one by default.
    runs : Path
        Its folder `finetune` gets a folder for each combination of clips, start and bundle name;
        a run that is there is resumed.
    workers : int
        Loader processes.

    Raises
    ------
    InputError
        If the clips or the bundle cannot be used.
    AsrError, OSError
        If the bundle or a file cannot be read, or `out` cannot be written.
    """
    opened = _open_start(start)
    description = network_description(opened)
    clips = read_clips(folder)
    parts = split(clips.utterances)
    _report(f"{folder}: {describe(clips)}")
    _report(f"{len(parts.held_out)} clips held out: no {parts.disjoint_by} is in both parts")
    seconds = [each.seconds for each in parts.train]
    recipe = plan_recipe(opened.manifest, description, start, out, seconds)
    work = runs / "finetune" / f"{recipe.name}-{_digest(opened, parts, recipe)}"
    write_manifest(work / "data" / TRAIN, parts.train)
    write_manifest(work / "data" / HELD_OUT, parts.held_out)
    before = _rates(opened, parts.held_out)
    _report(f"WER before: {before['wer']:.3f}")
    run = train(recipe, work / "data", work, RUN, workers)
    fine_tuning = {
        "start": vars(Transcriber(opened).identity),
        "clips": len(parts.train),
        "minutes": sum(seconds) / 60,
        "disjoint_by": parts.disjoint_by,
        "held_out": HELD_OUT,
        "before": before,
    }
    precision = opened.manifest.precision
    export_run(
        run, work / "data", out, HELD_OUT, [HELD_OUT], precision=precision, fine_tuning=fine_tuning
    )
    copy_language_model(opened, out)
    after = Measurements.read(out).sets[HELD_OUT]["all"]
    return Outcome(len(parts.held_out), before["wer"], after["wer"])


def _open_start(start: Path) -> Bundle:
    if not (start / MANIFEST).exists():
        raise InputError(f"{start} is no bundle: expected a folder with a {MANIFEST}")
    with error_context(start):
        opened = bundle.load(str(start))
    if opened.manifest.kind != "ctc":
        raise InputError(f"{start} is a {opened.manifest.kind!r} bundle; only 'ctc' can be tuned")
    if opened.manifest.precision == FLOAT32:
        raise InputError(
            f"{start} is in float32, which stores no weights by name: "
            "export its run with --precision bfloat16"
        )
    return opened


def _rates(opened: Bundle, utterances: Sequence[Utterance]) -> dict[str, Any]:
    return error_rates(transcribe_corpus(Transcriber(opened), utterances))


def _digest(opened: Bundle, parts: Split, recipe: Recipe) -> str:
    """Digest of all that determines a run: the bundle, the clips' content, and the recipe."""
    digest = hashlib.sha256(f"{opened.sha256}{asdict(recipe)}".encode())
    for each in [*parts.train, *parts.held_out]:
        with each.path.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
        digest.update(f"{each.written or each.text}\n".encode())
    return digest.hexdigest()[:12]


def _report(line: str) -> None:
    """Print progress to standard error; only the outcome goes to standard output."""
    print(line, file=sys.stderr)


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, fine-tune, and print the error rates before and after."""
    parser = command_parser("finetune", __doc__)
    parser.add_argument("clips", type=Path, help="folder of clips and transcripts")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new bundle")
    parser.add_argument(
        "--bundle", type=Path, default=bundle.EMBEDDED, help="to start from (default: embedded)"
    )
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), help="folder of all runs (default: runs)"
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=torch.get_num_threads(),
        help="processor threads (default: all cores)",
    )
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    logging.getLogger("lightning").setLevel(logging.ERROR)  # a user sees the rates and the time
    warnings.filterwarnings("ignore", module="lightning")
    outcome = finetune(options.clips, options.out, options.bundle, options.runs)
    print(
        f"WER on {outcome.clips} held-out clips: {outcome.before:.3f} before, "
        f"{outcome.after:.3f} after fine-tuning"
    )
    if outcome.after >= outcome.before:
        print("Fine-tuning did not help: check the transcripts, or add clips.")
    print(f"Wrote {options.out}")
