"""Precisions of an exported network: float32, bfloat16 weights, dynamic int8 quantisation.

`float32` is the network as trained. `bfloat16` stores the weights in half the bytes and computes
in float32: they are widened once, when the model is opened, because the processors that Lambda
guarantees have no bfloat16 arithmetic. `int8-dynamic` stores and multiplies the matrices of linear
and recurrent layers as 8-bit integers, with a scale for each row of a linear layer; the scale of
their input is computed at each call.
"""

import warnings
from collections.abc import Sequence
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.ao.quantization import default_dynamic_qconfig, per_channel_dynamic_qconfig

from training.export.outlier_channels import split_outlier_channels
from training.networks.recogniser import PerUtterance

FLOAT32, BFLOAT16, INT8_DYNAMIC = "float32", "bfloat16", "int8-dynamic"
PRECISIONS = (FLOAT32, BFLOAT16, INT8_DYNAMIC)


def to_precision(
    recogniser: nn.Module, precision: str, calibration: Sequence[Tensor] = ()
) -> nn.Module:
    """Copy `recogniser` in evaluation mode and in `precision`.

    Where the utterances of a batch could change each other's results, the copy runs them one by
    one: if not `recogniser.batch_independent`, or in int8, where the input scale is computed over
    the batch.

    Parameters
    ----------
    recogniser : nn.Module
        With the signature of a bundle's model and the attribute `batch_independent` (bool).
    precision : str
        One of `PRECISIONS`.
    calibration : sequence of Tensor, shape (samples,)
        Waveforms on which int8 finds the channels that have to stay in float32
        (`training.export.outlier_channels`); without any, there are none.
    """
    module = deepcopy(recogniser).eval()
    if precision == BFLOAT16:
        for parameter in module.parameters():
            parameter.data = parameter.data.bfloat16()
    if precision == INT8_DYNAMIC:
        quantise_in_place(module, calibration)
    if precision == INT8_DYNAMIC or not module.batch_independent:
        return PerUtterance(module).eval()
    return module


def quantise_in_place(
    module: nn.Module, calibration: Sequence[Tensor] = (), keep_float: Sequence[str] = ()
) -> None:
    """Quantise the linear and recurrent layers of `module` to 8-bit integers.

    Parameters
    ----------
    calibration : sequence of Tensor, shape (samples,)
        As of `to_precision`.
    keep_float : sequence of str
        Layers to leave as they are, by the last part of their name.
    """
    split_outlier_channels(module, calibration)
    layers = {
        name: default_dynamic_qconfig if type(layer) is nn.GRU else per_channel_dynamic_qconfig
        for name, layer in module.named_modules()
        # By the exact type: attention reads the weights of its own kind of linear layer.
        if type(layer) in {nn.GRU, nn.Linear} and name.rpartition(".")[2] not in keep_float
    }
    with warnings.catch_warnings():
        # Deprecated in favour of torchao, which TorchScript cannot hold; torch is pinned.
        warnings.filterwarnings("ignore", "torch.ao.quantization is deprecated")
        warnings.filterwarnings("ignore", "torch.quantize_per_tensor, .* are deprecated")
        torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
            module, layers, inplace=True
        )
