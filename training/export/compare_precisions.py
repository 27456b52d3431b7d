"""Compare float32, bfloat16 and int8 exports of a speech run: fidelity, error rate, size, speed.

`python -m training compare-precisions runs/NAME/best.ckpt --manifest DIR/manifest.tsv` prints a
table in Markdown. Each precision is exported and opened as for serving.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch

from asr.transcriber import Transcriber
from training.cli import command, command_parser
from training.data.manifest import read_manifest
from training.data.written_text import alphabet_of
from training.errors import InputError
from training.evaluation.fidelity import Fidelity, measure_fidelity
from training.export.bundle_writer import MODEL_FILE, new_bundle
from training.export.manifest_fields import ctc_fields
from training.export.outlier_channels import calibration_waveforms
from training.export.quantisation import PRECISIONS
from training.export.torchscript import save_torchscript
from training.fit.checkpoint import load_recogniser

HEADER = """\
| precision | MB | WER | max log-prob difference | mean | real-time factor |
|---|---|---|---|---|---|"""


def compare_precisions(checkpoint: Path, manifest: Path, clips: int) -> list[Fidelity]:
    """Compare each precision with the float32 network on the first `clips` clips.

    Raises
    ------
    InputError
        If `checkpoint` is not one of a speech recogniser, or the manifest cannot be used.
    """
    recogniser, recipe, frame_seconds = load_recogniser(checkpoint)
    if recipe.task != "ctc":
        raise InputError(
            f"{checkpoint} was trained on the task {recipe.task!r}; "
            "only precisions of a 'ctc' model can be compared by word error rate"
        )
    utterances = read_manifest(manifest)[:clips]
    comparisons = []
    with tempfile.TemporaryDirectory() as temporary:
        for precision in PRECISIONS:
            directory = Path(temporary) / precision
            directory.mkdir()
            save_torchscript(
                recogniser,
                directory / MODEL_FILE,
                precision,
                calibration_waveforms(utterances),
            )
            opened = new_bundle(
                directory,
                fields=ctc_fields(
                    frame_seconds,
                    alphabet_of(recogniser.network.classes),
                    recogniser.context_seconds,
                ),
                name=recipe.name,
                version=recipe.version,
                license=recipe.license,
                precision=precision,
            )
            comparisons.append(measure_fidelity(recogniser, Transcriber(opened), utterances))
    return comparisons


def table(comparisons: Sequence[Fidelity]) -> str:
    """Format comparisons as Markdown: a row for the network, then one for each precision."""
    first = comparisons[0]
    rows = [
        HEADER,
        f"| network | | {first.network_wer:.4f} | | | {first.network_real_time_factor:.4f} |",
    ]
    rows += [
        f"| {c.precision} | {c.megabytes:.1f} | {c.wer:.4f} | {c.max_difference:.2g} "
        f"| {c.mean_difference:.2g} | {c.real_time_factor:.4f} |"
        for c in comparisons
    ]
    return "\n".join(rows)


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and print the table."""
    parser = command_parser("compare-precisions", __doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--manifest", type=Path, required=True, help="of the data set")
    parser.add_argument("--clips", type=int, default=50, help="compare on the first of them")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(table(compare_precisions(options.checkpoint, options.manifest, options.clips)))
