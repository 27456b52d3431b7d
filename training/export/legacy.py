"""Import weights that were trained with the published code of the course assignment.

`python -m training import-weights WEIGHTS --out DIR` takes a state dict (`torch.save`) or a
scripted network (`torch.jit.save`) with the published parameter names. The bundle computes what
the published code does: features are mel power without a logarithm, and its bug is kept, by which
the GRUs after the first run over the batch axis instead of time.
"""

import pickle
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from asr.transcriber import Transcriber
from training.card import card
from training.cli import command, command_parser
from training.errors import InputError
from training.export.bundle_writer import MODEL_FILE, new_bundle, write_bundle
from training.export.directory_swap import swap_directory
from training.export.manifest_fields import ctc_fields
from training.export.quantisation import FLOAT32, PRECISIONS
from training.export.torchscript import save_torchscript
from training.networks.recogniser import Recogniser
from training.networks.registry import build

STRIDE = 2  # as published; it cannot be inferred from the shapes of the weights
FRONT_END = {
    "hop_seconds": 0.0125,
    "window_seconds": 0.025,
}  # defaults of torchaudio's MelSpectrogram
LICENSE = "unknown: that of the imported weights"
ABOUT = """\
The residual-CNN and bidirectional-GRU recogniser of a course assignment, exactly as published: its
GRUs after the first run over the batch instead of time, its features are mel power without a
logarithm. It serves as a baseline; train the corrected network instead."""
RATES = """\
The published weights were reported at WER 0.615 and CER 0.219 on LibriSpeech test-clean, after 5
epochs of train-clean-100."""


def load_weights(weights: Path) -> Mapping[str, Tensor]:
    """Read parameters by name from a scripted network or a saved state dict.

    Raises
    ------
    InputError
        If the file is neither.
    OSError
        If there is no such file.
    """
    with warnings.catch_warnings(), weights.open("rb") as file:
        warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
        try:
            scripted = torch.jit.load(file, map_location="cpu")  # type: ignore[no-untyped-call]
        except RuntimeError:  # not TorchScript
            return _read_state_dict(file, weights)
        return scripted.state_dict()


def _read_state_dict(file: BinaryIO, weights: Path) -> Mapping[str, Tensor]:
    file.seek(0)
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise InputError(
            f"{weights} is neither a scripted network nor a saved state dict"
        ) from error
    if not isinstance(state, Mapping):
        raise InputError(
            f"{weights} holds a {type(state).__name__}, expected a state dict (weights by name)"
        )
    return state


def infer_parameters(state: Mapping[str, Tensor]) -> dict[str, Any]:
    """Infer the keyword arguments of the network from the shapes of its weights."""
    return {
        "classes": len(state["classifier.3.bias"]),
        "cnn_layers": _layer_count(state, "rescnn_layers"),
        "cnn_channels": len(state["cnn.bias"]),
        "rnn_layers": _layer_count(state, "birnn_layers"),
        "rnn_dim": len(state["fully_connected.bias"]),
        "stride": STRIDE,
    }


def _layer_count(state: Mapping[str, Tensor], layers: str) -> int:
    return len({name.split(".")[1] for name in state if name.startswith(f"{layers}.")})


def build_recogniser(state: Mapping[str, Tensor]) -> tuple[Recogniser, float]:
    """Build the published recogniser with these weights; also returns the frame step in seconds.

    Raises
    ------
    InputError
        If the names or shapes are not the published ones.
    """
    try:
        mels = STRIDE * len(state["rescnn_layers.0.layer_norm1.layer_norm.bias"])
        built, frame_seconds = build(
            "residual_bigru_legacy", FRONT_END | {"mels": mels}, infer_parameters(state)
        )
        built.network.load_state_dict(state)
    except (KeyError, RuntimeError) as error:
        raise InputError(
            f"the weights do not fit the published network (missing, surplus or misshapen): {error}"
        ) from error
    return built.eval(), frame_seconds


def import_weights(weights: Path, out: Path, precision: str = FLOAT32) -> None:
    """Write the bundle of a file of weights into `out`, which is replaced only at the end."""
    built, frame_seconds = build_recogniser(load_weights(weights))
    with swap_directory(out) as draft:
        save_torchscript(built, draft / MODEL_FILE, precision)
        opened = new_bundle(
            draft,
            fields=ctc_fields(frame_seconds),
            name="residual-bigru-legacy",
            version="1",
            license=LICENSE,
            precision=precision,
        )
        write_bundle(draft, Transcriber(opened))
        card.write_imported_card(draft, sum(p.numel() for p in built.parameters()), ABOUT, RATES)


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and export."""
    parser = command_parser("import-weights", __doc__)
    parser.add_argument("weights", type=Path, help="state dict or scripted network")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--precision", choices=PRECISIONS, default=FLOAT32)
    options = parser.parse_args(arguments)
    import_weights(options.weights, options.out, options.precision)
