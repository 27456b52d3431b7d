"""The precisions in which a network can be served, and what each of them costs in exactness.

`float32` is the network as trained. `bfloat16` stores the weights in half the bytes and computes
in float32: they are widened once, when the model is opened, because the processors that Lambda
promises have no bfloat16 arithmetic. `int8-dynamic` stores and multiplies the matrices of linear
and recurrent layers as 8-bit integers, with the scale of their input found anew at each call.
"""

import warnings
from copy import deepcopy

import torch
from torch import nn

from training.networks.recogniser import Alone

FLOAT32, BFLOAT16, INT8_DYNAMIC = "float32", "bfloat16", "int8-dynamic"
PRECISIONS = (FLOAT32, BFLOAT16, INT8_DYNAMIC)


def lower(recogniser: nn.Module, precision: str) -> nn.Module:
    """A copy of `recogniser` in evaluation mode, in `precision`, that keeps the batch contract.

    Parameters
    ----------
    recogniser : nn.Module
        Under the signature of the bundle contract; its attribute `alone` tells whether it has to
        be given one utterance at a time. Quantised to integers, every network has to.
    precision : str
        One of `PRECISIONS`.
    """
    module = deepcopy(recogniser).eval()
    if precision == BFLOAT16:
        for parameter in module.parameters():
            parameter.data = parameter.data.bfloat16()
    if precision == INT8_DYNAMIC:
        with warnings.catch_warnings():
            # Deprecated, and the only one that TorchScript can hold; torch is pinned.
            warnings.filterwarnings("ignore", "torch.ao.quantization is deprecated")
            warnings.filterwarnings("ignore", "torch.quantize_per_tensor, .* are deprecated")
            module = torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
                module, {nn.GRU, nn.Linear}
            )
    return Alone(module).eval() if module.alone or precision == INT8_DYNAMIC else module
