"""Save a network as TorchScript, the format in which a bundle holds its model."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from training.export.quantisation import BFLOAT16, FLOAT32, INT8_DYNAMIC, to_precision
from training.fit.bundle_weights import DESCRIPTION_FILE
from training.networks.description import NetworkDescription


def save_torchscript(
    recogniser: nn.Module,
    file: Path,
    precision: str = FLOAT32,
    calibration: Sequence[Tensor] = (),
    description: NetworkDescription | None = None,
) -> None:
    """Convert `recogniser` to `precision`, and save it as `file` as `save_scripted` does.

    Parameters
    ----------
    recogniser : nn.Module
        With the signature of a bundle's model: waveforms (B, T) and lengths (B,) to
        log-probabilities (B, F, C) and frame counts (B,).
    precision : str
        One of `training.export.quantisation.PRECISIONS`.
    calibration : sequence of Tensor, shape (samples,)
        As of `training.export.quantisation.to_precision`.
    description : NetworkDescription, optional
        Stored in the file, for fine-tuning.
    """
    save_scripted(to_precision(recogniser, precision, calibration), file, precision, description)


def save_scripted(
    module: nn.Module,
    file: Path,
    precision: str,
    description: NetworkDescription | None = None,
) -> None:
    """Script `module`, whose weights are in `precision` already, and save it as `file`.

    The module is frozen (its weights become constants, its layers are fused), except in bfloat16:
    constants could not be widened to float32 when the file is opened. In int8-dynamic, the weights
    of a described network keep their names for fine-tuning; freezing gains no speed there (0.29 s
    of processor time for 10 s of audio with `whisper_ctc`, 0.32 s frozen).
    """
    named = precision == BFLOAT16 or (precision == INT8_DYNAMIC and description is not None)
    extra_files = {DESCRIPTION_FILE: description.to_json()} if description else None
    with _torchscript():
        scripted = torch.jit.script(module)
        if not named:
            scripted = torch.jit.freeze(scripted)
        torch.jit.save(scripted, str(file), _extra_files=extra_files)


def load_torchscript(file: Path) -> nn.Module:
    """Open a file that was saved here, in evaluation mode."""
    with _torchscript():
        module: nn.Module = torch.jit.load(  # type: ignore[no-untyped-call]
            str(file), map_location="cpu"
        )
    return module.eval()


@contextmanager
def _torchscript() -> Iterator[None]:
    """Without the warnings that TorchScript is deprecated."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
        yield
