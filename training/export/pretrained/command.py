"""Import a published model: any CTC network as a bundle, Whisper's encoder as initial weights.

`python -m training import-pretrained SOURCE`, or `make model MODEL=SOURCE`. SOURCE is a recommended
model by its name, a model of the Hugging Face hub (OWNER/NAME or OWNER/NAME@REVISION), a folder as
transformers saves it, or a .nemo archive of NVIDIA NeMo. No code of a model is run: the libraries
build the network, weights are read as tensors alone.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from asr.manifest import MAX_FUNCTION_MEMORY_MB, Manifest
from training.cli import command, command_parser
from training.export.pretrained import torchaudio_pipelines, whisper_weights
from training.export.pretrained.bundle_import import (
    DEFAULT_FOLDER,
    ImportOptions,
    import_model,
)
from training.export.pretrained.published import PUBLISHED
from training.export.quantisation import FLOAT32, PRECISIONS

NAMES = (*PUBLISHED, *torchaudio_pipelines.MODELS, *whisper_weights.MODELS)


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and import."""
    parser = _parser()
    options = parser.parse_args(arguments)
    source, out = options.source, options.out
    if source in whisper_weights.MODELS:
        if options.precision:
            parser.error("--precision goes with a bundle, not with initial weights")
        whisper_weights.import_encoder(source, out or DEFAULT_FOLDER / source, options.checkpoint)
        return
    if options.checkpoint:
        parser.error("--checkpoint goes with Whisper")
    precision = options.precision or FLOAT32
    if source in torchaudio_pipelines.MODELS:
        out = out or DEFAULT_FOLDER / source
        torchaudio_pipelines.import_pipeline(source, out, precision)
        print(next_steps(out), file=sys.stderr)
        return
    chosen = ImportOptions(precision, options.language, options.license)
    out, manifest = import_model(source, out, chosen)
    print(describe(manifest), next_steps(out), sep="\n", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = command_parser("import-pretrained", __doc__)
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help=f"{', '.join(NAMES)}; OWNER/NAME[@REVISION] of the hub; a folder; or a .nemo archive",
    )
    parser.add_argument(
        "--out",
        type=Path,
        help=f"folder of the bundle or weights (default: under {DEFAULT_FOLDER})",
    )
    parser.add_argument(
        "--precision", choices=PRECISIONS, help=f"of the bundle (default: {FLOAT32})"
    )
    parser.add_argument(
        "--language",
        help="of the transcripts (BCP 47), or of a model's language adapter (ISO 639-3)",
    )
    parser.add_argument("--license", help="of the weights (default: what the model card says)")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        help="local file of Whisper, instead of a download: OpenAI's .pt, or CTranslate2's .bin",
    )
    return parser


def describe(manifest: Manifest) -> str:
    """What was imported, and whether it fits into a Lambda function: lines for the user."""
    need = manifest.memory_mb or 0
    lines = [
        f"{manifest.name} {manifest.version}: {manifest.model.bytes / 1e6:,.0f} MB, "
        f"language {manifest.language}, licence {manifest.license}",
        f"a function needs {need:,} MB of memory"
        if need <= MAX_FUNCTION_MEMORY_MB
        else f"a function would need {need:,} MB of memory, and AWS Lambda gives at most "
        f"{MAX_FUNCTION_MEMORY_MB:,} MB: import it with another --precision",
    ]
    return "\n".join(lines)


def next_steps(out: Path) -> str:
    """Commands to go on with: lines for the user."""
    return "\n".join(
        [
            f"transcribe:  make transcribe BUNDLE={out} AUDIO=samples/hello.flac",
            f"publish:     make publish-model BUNDLE={out}",
            "deploy:      make deploy PARAMETERS=..., as make publish-model prints them",
        ]
    )
