"""Save a network as TorchScript, the format in which a bundle holds its model."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from training.export.quantisation import BFLOAT16, FLOAT32, to_precision


def save_torchscript(
    recogniser: nn.Module,
    file: Path,
    precision: str = FLOAT32,
    calibration: Sequence[Tensor] = (),
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
    """
    save_scripted(to_precision(recogniser, precision, calibration), file, precision)


def save_scripted(module: nn.Module, file: Path, precision: str) -> None:
    """Script `module`, whose weights are in `precision` already, and save it as `file`.

    The module is frozen (its weights become constants, its layers are fused), except in bfloat16:
    constants could not be widened to float32 when the file is opened.
    """
    with _torchscript():
        scripted = torch.jit.script(module)
        if precision != BFLOAT16:
            scripted = torch.jit.freeze(scripted)
        torch.jit.save(scripted, str(file))


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
