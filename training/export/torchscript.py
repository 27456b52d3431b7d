"""Save a network as TorchScript, the format in which a bundle holds its model."""

import warnings
from collections.abc import Sequence
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
    """Script `recogniser`, convert it to `precision` and save it as `file`.

    The module is frozen (its weights become constants, its layers are fused), except in bfloat16:
    constants could not be widened to float32 when the file is opened.

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
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
        scripted = torch.jit.script(to_precision(recogniser, precision, calibration))
        if precision != BFLOAT16:
            scripted = torch.jit.freeze(scripted)
        torch.jit.save(scripted, str(file))
