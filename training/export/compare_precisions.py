"""All precisions of one recogniser of speech side by side: exactness, error rate, size, speed.

`python -m training compare-precisions runs/NAME/best.ckpt --manifest DIR/manifest.tsv` prints a table in
Markdown. Each precision is exported, sealed and opened as for serving.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch

from asr import bundle
from asr.transcriber import Transcriber
from training.cli import command, command_parser
from training.data.manifest import read_manifest
from training.errors import InputError
from training.evaluation.fidelity import Fidelity, measure_fidelity
from training.export.bundle_writer import (
    MODEL_FILE,
    ctc_contract,
    script,
    seal,
)
from training.export.quantisation import PRECISIONS
from training.fit.checkpoint import trained

HEADER = """\
| precision | MB | WER | max log-prob difference | mean | real-time factor |
|---|---|---|---|---|---|"""


def compare_all(checkpoint: Path, manifest: Path, clips: int) -> list[Fidelity]:
    """Compare each precision with the network of `checkpoint` on the first `clips` clips."""
    recogniser, recipe, frame_seconds = trained(checkpoint)
    if recipe.task != "ctc":
        raise InputError(f"{checkpoint} does not recognise speech: its task is {recipe.task!r}")
    utterances = read_manifest(manifest)[:clips]
    comparisons = []
    with tempfile.TemporaryDirectory() as temporary:
        for precision in PRECISIONS:
            draft = Path(temporary) / precision
            draft.mkdir()
            script(recogniser, draft / MODEL_FILE, precision)
            seal(
                draft,
                contract=ctc_contract(frame_seconds, context_seconds=recogniser.context_seconds),
                name=recipe.name,
                version=recipe.version,
                license=recipe.license,
                precision=precision,
            )
            comparisons.append(
                measure_fidelity(recogniser, Transcriber(bundle.load(str(draft))), utterances)
            )
    return comparisons


def table(comparisons: list[Fidelity]) -> str:
    """The comparisons as a table in Markdown, under the network that they are measured against."""
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
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=50)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(table(compare_all(options.checkpoint, options.manifest, options.clips)))
