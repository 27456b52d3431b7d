"""Export a trained run as a model bundle, with calibration, measurements and a model card.

`python -m training export RUN --data DIR --out DIR --calibrate sentences-dev --measure
sentences-dev sentences-test`. The error rates are measured on the exported file in the serving
pipeline, not on the checkpoint. `--precision` stores the model in fewer bits; the card then has the
differences to the float32 network.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from asr.acoustic_model import AcousticModel
from asr.transcriber import Transcriber
from training.card import card
from training.card.measurements import Measurements, read_report
from training.cli import command, command_parser
from training.data.manifest import CORPUS_MANIFEST, Utterance, read_manifest
from training.data.written_text import alphabet_of
from training.errors import InputError
from training.evaluation import confusion_matrix
from training.evaluation.calibration import confidence_pairs, fit_platt_scaling
from training.evaluation.fidelity import Fidelity, measure_fidelity
from training.evaluation.inference import Result, transcribe_corpus
from training.evaluation.report import bundle_report
from training.export.bundle_writer import (
    GOLDEN_CLIP,
    MODEL_FILE,
    new_bundle,
    update_manifest,
    write_bundle,
)
from training.export.directory_swap import swap_directory
from training.export.lineage import lineage_sources
from training.export.manifest_fields import ctc_fields, keyword_fields
from training.export.outlier_channels import calibration_waveforms
from training.export.quantisation import FLOAT32, PRECISIONS
from training.export.torchscript import save_torchscript
from training.fit import curves
from training.fit.checkpoint import load_recogniser
from training.networks.description import NetworkDescription
from training.networks.recogniser import Recogniser

FIDELITY_CLIPS = 50  # compared with the network before export

FIELDS: dict[str, Callable[[Recogniser, float], dict[str, Any]]] = {
    "ctc": lambda recogniser, frame_seconds: ctc_fields(
        frame_seconds, alphabet_of(recogniser.network.classes), recogniser.context_seconds
    ),
    "keyword": lambda recogniser, _: keyword_fields(recogniser.network.labels),
}
# Plots of the results on the last measured data set, by kind of bundle.
PLOTS: dict[str, Mapping[str, Callable[[Sequence[Result], Path], None]]] = {
    "ctc": {},
    "keyword": {"confusion_matrix.svg": confusion_matrix.plot_confusion_matrix},
}
METRICS = {"ctc": ("utterances", "wer", "cer"), "keyword": ("utterances", "accuracy")}


def export_run(
    run: Path,
    data: Path,
    out: Path,
    calibrate: str,
    measure: Sequence[str],
    clip: Path = GOLDEN_CLIP,
    precision: str = FLOAT32,
    reference: Path | None = None,
    fine_tuning: dict[str, Any] | None = None,
) -> None:
    """Export the best checkpoint of a run.

    Parameters
    ----------
    run : Path
        Folder that `training.fit.train` wrote.
    data : Path
        Folder of all data sets.
    out : Path
        Of the bundle; replaced only when the new one is complete and verified.
    calibrate : str
        Data set, a folder of `data`, on which word confidence is calibrated, and the first clips
        of which show int8 the range of each channel.
    measure : sequence of str
        Data sets whose error rates go into the manifest and the card.
    clip : Path
        Golden clip: an audio file whose transcript is stored with the bundle.
    reference : Path, optional
        Report that `python -m training evaluate --reference` printed, for the card.
    fine_tuning : dict, optional
        As of `Measurements`, for the card.

    Raises
    ------
    InputError
        If the run, a manifest or the report cannot be used.
    OSError
        If a file is missing, or `out` cannot be written.
    """
    reference_report = read_report(reference) if reference else None
    recogniser, recipe, frame_seconds = load_recogniser(run / "best.ckpt")
    kind = recipe.task
    if kind not in FIELDS:
        raise InputError(
            f"{run} was trained on the task {kind!r}, which no bundle serves (those of "
            f"{', '.join(FIELDS)} can be exported); use it as `initial` of another recipe"
        )
    lineage = lineage_sources(recipe, data, run.parent)
    with swap_directory(out) as draft:
        save_torchscript(
            recogniser,
            draft / MODEL_FILE,
            precision,
            calibration_waveforms(_utterances(data, calibrate)),
            NetworkDescription(recipe.network, recipe.front_end, recipe.parameters),
        )
        opened = new_bundle(
            draft,
            fields=FIELDS[kind](recogniser, frame_seconds),
            name=recipe.name,
            version=recipe.version,
            license=recipe.license,
            precision=precision,
            sources=lineage,
            clip=clip,
        )
        model = AcousticModel(opened)
        uncalibrated = transcribe_corpus(
            Transcriber(opened, model=model), _utterances(data, calibrate)
        )
        confidence = fit_platt_scaling(*confidence_pairs(uncalibrated, kind))
        transcriber = Transcriber(update_manifest(opened, confidence=confidence), model=model)
        results = {
            name: transcribe_corpus(transcriber, _utterances(data, name)) for name in measure
        }
        reports = {
            name: {"clips_listed": len(found), **bundle_report(found, transcriber)}
            for name, found in results.items()
        }
        write_bundle(draft, transcriber, _metrics(reports, kind))
        shutil.copy(curves.plot_curves(run), draft)
        for name, draw in PLOTS[kind].items():
            draw(results[measure[-1]], draft / name)
        measurements = Measurements(
            parameters=sum(p.numel() for p in recogniser.parameters()),
            calibration_set=calibrate,
            sets=reports,
            fidelity=_fidelity(recogniser, transcriber, _utterances(data, calibrate)),
            reference=reference_report,
            fine_tuning=fine_tuning,
        )
        card.write_card(draft, measurements)


def _utterances(data: Path, name: str) -> list[Utterance]:
    return read_manifest(data / name / CORPUS_MANIFEST)


def _metrics(reports: Mapping[str, Mapping[str, Any]], kind: str) -> dict[str, dict[str, float]]:
    """The rates that the manifest has, by data set."""
    return {
        name: {key: report["all"][key] for key in METRICS[kind]} for name, report in reports.items()
    }


def _fidelity(
    recogniser: Recogniser, transcriber: Transcriber, utterances: Sequence[Utterance]
) -> Fidelity | None:
    """Compare the exported model with the network; None for a classifier, which has no WER."""
    if transcriber.manifest.kind != "ctc":
        return None
    return measure_fidelity(recogniser, transcriber, utterances[:FIDELITY_CLIPS])


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and export."""
    parser = command_parser("export", __doc__)
    parser.add_argument("run", type=Path, help="folder of a trained run")
    parser.add_argument("--data", type=Path, required=True, help="folder of all data sets")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--calibrate", default="sentences-dev", help="data set for calibration")
    parser.add_argument(
        "--measure",
        nargs="+",
        default=["sentences-dev", "sentences-test"],
        help="data sets whose error rates are measured",
    )
    parser.add_argument("--clip", type=Path, default=GOLDEN_CLIP, help="golden clip")
    parser.add_argument(
        "--precision", choices=PRECISIONS, default=FLOAT32, help="of the exported weights"
    )
    parser.add_argument(
        "--reference", type=Path, help="report of `evaluate --reference`, for the card"
    )
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)  # the speed in the card is measured on one core
    export_run(**vars(options))
