"""Make a sealed bundle of a run: script the network, calibrate and measure it, write the card.

`python -m training export RUN --data DIR --out DIR --calibrate sentences-dev --measure
sentences-dev sentences-test`. What is measured is the exported file, through the pipeline that
serves; `--precision` stores it smaller, and the card tells by how much that changed it.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import torch

from asr import bundle
from asr.transcriber import Transcriber
from training.card import card
from training.card.measurements import Measurements, read_report
from training.cli import command, command_parser
from training.data.manifest import MANIFEST, read_manifest
from training.errors import InputError
from training.evaluation import confusion_matrix
from training.evaluation.calibration import confidence_pairs, fit_platt_scaling
from training.evaluation.fidelity import Fidelity, measure_fidelity
from training.evaluation.inference import Result, transcribe_corpus
from training.evaluation.report import bundle_report
from training.export.bundle_writer import (
    GOLDEN_CLIP,
    MODEL_FILE,
    ctc_contract,
    keyword_contract,
    replace,
    script,
    seal,
)
from training.export.lineage import sources
from training.export.quantisation import FLOAT32, PRECISIONS
from training.fit import curves
from training.fit.checkpoint import trained
from training.networks.recogniser import Recogniser

COMPARED_CLIPS = 50

CONTRACTS: dict[str, Callable[[Recogniser, float], dict[str, Any]]] = {
    "ctc": lambda recogniser, frame_seconds: ctc_contract(
        frame_seconds, context_seconds=recogniser.context_seconds
    ),
    "keyword": lambda recogniser, _: keyword_contract(cast(list[str], recogniser.network.labels)),
}
# What is drawn of what the last measured set sounded like, by kind of bundle.
PICTURES: dict[str, Mapping[str, Callable[[Sequence[Result], Path], None]]] = {
    "ctc": {},
    "keyword": {"confusion_matrix.svg": confusion_matrix.plot_confusion_matrix},
}
METRICS = {"ctc": ("utterances", "wer", "cer"), "keyword": ("utterances", "accuracy")}


def export(
    run: Path,
    data: Path,
    out: Path,
    calibrate: str,
    measure: Sequence[str],
    clip: Path = GOLDEN_CLIP,
    precision: str = FLOAT32,
    reference: Path | None = None,
) -> None:
    """Export the best checkpoint of `run` into `out`, which is replaced only at the end.

    `reference` is what `training.evaluation.evaluate` printed of a reference recogniser, for the card.
    """
    beside = read_report(reference) if reference else None
    recogniser, recipe, frame_seconds = trained(run / "best.ckpt")
    kind = recipe.task
    if kind not in CONTRACTS:
        raise InputError(f"{run} learned {kind}, which nothing serves: let a recipe begin with it")
    identity: dict[str, Any] = {
        "contract": CONTRACTS[kind](recogniser, frame_seconds),
        "name": recipe.name,
        "version": recipe.version,
        "license": recipe.license,
        "precision": precision,
        "sources": sources(recipe, data, run.parent),
        "clip": clip,
    }
    with tempfile.TemporaryDirectory() as temporary:
        draft = Path(temporary)
        script(recogniser, draft / MODEL_FILE, precision)
        seal(draft, **identity)

        def listen(folder: str) -> list[Result]:
            transcriber = Transcriber(bundle.load(str(draft)))
            return transcribe_corpus(transcriber, read_manifest(data / folder / MANIFEST))

        confidence = fit_platt_scaling(*confidence_pairs(listen(calibrate), kind))
        seal(draft, confidence=confidence, **identity)
        opened = Transcriber(bundle.load(str(draft)))
        sets: dict[str, Any] = {}
        for folder in measure:
            results = listen(folder)
            sets[folder] = {"clips_listed": len(results), **bundle_report(results, opened)}
        metrics = {
            folder: {key: value["all"][key] for key in METRICS[kind]}
            for folder, value in sets.items()
        }
        seal(draft, confidence=confidence, metrics=metrics, **identity)
        shutil.copy(curves.draw(run), draft)
        for name, draw in PICTURES[kind].items():
            draw(results, draft / name)
        measurements = Measurements(
            parameters=sum(p.numel() for p in recogniser.parameters()),
            calibration_set=calibrate,
            sets=sets,
            fidelity=_measure_fidelity(recogniser, draft, data / calibrate),
            reference=beside,
        )
        card.write_card(draft, measurements)
        replace(out, draft)


def _measure_fidelity(recogniser: Recogniser, draft: Path, corpus: Path) -> Fidelity | None:
    """How far the bundle is from its network, told by error rates: for speech alone."""
    opened = Transcriber(bundle.load(str(draft)))
    if opened.manifest.kind != "ctc":
        return None
    return measure_fidelity(recogniser, opened, read_manifest(corpus / MANIFEST)[:COMPARED_CLIPS])


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and export."""
    parser = command_parser("export", __doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--calibrate", default="sentences-dev")
    parser.add_argument("--measure", nargs="+", default=["sentences-dev", "sentences-test"])
    parser.add_argument("--clip", type=Path, default=GOLDEN_CLIP, help="the golden clip")
    parser.add_argument("--precision", choices=PRECISIONS, default=FLOAT32)
    parser.add_argument(
        "--reference", type=Path, help="what training.evaluation.evaluate printed of one"
    )
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)  # the card tells the speed of one core
    export(**vars(options))
