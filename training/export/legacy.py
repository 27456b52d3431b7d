"""Make a bundle of weights that were trained in the published code of the assignment.

`python -m training import-weights WEIGHTS --out DIR` takes a state dict (`torch.save`) or a scripted
network (`torch.jit.save`) with the published names of its parameters, and runs it as it was
trained: mel power without a logarithm, recurrence over time in the first GRU alone.
"""

import pickle
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from training.card import card
from training.cli import command, command_parser
from training.errors import InputError
from training.export.bundle_writer import (
    MODEL_FILE,
    ctc_contract,
    replace,
    script,
    seal,
)
from training.export.quantisation import FLOAT32, PRECISIONS
from training.networks.recogniser import Recogniser
from training.networks.registry import build

STRIDE = 2  # as published; the shapes of the weights do not tell it
FRONT_END = {"hop_seconds": 0.0125, "window_seconds": 0.025}  # defaults of torchaudio's transform
LICENSE = "that of the weights, unknown here"
ABOUT = """\
The residual-CNN and bidirectional-GRU recogniser of a course assignment, exactly as published: its
GRUs after the first recur over the batch instead of time, its features are mel power without a
logarithm. It is here to be compared with; the mended network is the better one to train."""
RATES = """\
The published weights were reported at WER 0.615 and CER 0.219 on LibriSpeech test-clean, after 5
epochs of train-clean-100."""


def read_state(weights: Path) -> Mapping[str, Tensor]:
    """Parameters by name of a scripted file or of a saved state dict.

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
        raise InputError(f"{weights} holds no weights") from error
    if not isinstance(state, Mapping):
        raise InputError(f"{weights} holds no weights by name")
    return state


def sizes(state: Mapping[str, Tensor]) -> dict[str, Any]:
    """Keyword arguments of the network, told from the shapes of its weights."""
    return {
        "classes": len(state["classifier.3.bias"]),
        "cnn_layers": _depth(state, "rescnn_layers"),
        "cnn_channels": len(state["cnn.bias"]),
        "rnn_layers": _depth(state, "birnn_layers"),
        "rnn_dim": len(state["fully_connected.bias"]),
        "stride": STRIDE,
        "legacy": True,
    }


def _depth(state: Mapping[str, Tensor], layers: str) -> int:
    return len({name.split(".")[1] for name in state if name.startswith(f"{layers}.")})


def recogniser(state: Mapping[str, Tensor]) -> tuple[Recogniser, float]:
    """The published recogniser with these weights, and the seconds of one output frame.

    Raises
    ------
    InputError
        If the names or shapes are not the published ones.
    """
    try:
        mels = STRIDE * len(state["rescnn_layers.0.layer_norm1.layer_norm.bias"])
        built, frame_seconds = build("residual_bigru", FRONT_END | {"mels": mels}, sizes(state))
        built.network.load_state_dict(state)
    except (KeyError, RuntimeError) as error:
        raise InputError(f"the weights are not those of the published network: {error}") from error
    return built.eval(), frame_seconds


def export(weights: Path, out: Path, precision: str = FLOAT32) -> None:
    """Write the bundle of a file of weights into `out`, which is replaced only at the end."""
    built, frame_seconds = recogniser(read_state(weights))
    with tempfile.TemporaryDirectory() as temporary:
        draft = Path(temporary)
        script(built, draft / MODEL_FILE, precision)
        seal(
            draft,
            contract=ctc_contract(frame_seconds),
            name="residual-bigru-legacy",
            version="1",
            license=LICENSE,
            precision=precision,
        )
        card.write_imported_card(draft, sum(p.numel() for p in built.parameters()), ABOUT, RATES)
        replace(out, draft)


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and export."""
    parser = command_parser("import-weights", __doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--precision", choices=PRECISIONS, default=FLOAT32)
    options = parser.parse_args(arguments)
    export(options.weights, options.out, options.precision)
