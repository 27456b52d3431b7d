"""Weights of a bundle's TorchScript file, by parameter name, and the description of its network.

In bfloat16 they are stored by name. In int8-dynamic, matrices are dequantised. In float32, the file
is frozen: its weights have no names.
"""

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from asr.bundle import Bundle
from training.networks.description import NetworkDescription

# Extra file of the TorchScript archive, with the network's description.
DESCRIPTION_FILE = "network.json"
PER_UTTERANCE = "recogniser."  # before the names where utterances run one by one
PACKED = "._packed_params"  # of a quantised linear layer
# Of a linear layer whose outlier channels are in float32 (`training.export.outlier_channels`).
REGULAR, OUTLIERS, OUTLIER_WEIGHT = ".regular", ".outliers", ".outlier_weight"


def network_description(opened: Bundle) -> NetworkDescription:
    """Description of the network in a bundle.

    Raises
    ------
    InputError
        If the model file has none.
    """
    extra_files: dict[str, Any] = {DESCRIPTION_FILE: ""}
    _load(opened, extra_files)
    content = extra_files[DESCRIPTION_FILE]
    text = content.decode() if isinstance(content, bytes) else content
    return NetworkDescription.parse(text, f"{opened.manifest.name} {opened.manifest.version}")


def bundle_weights(opened: Bundle) -> Mapping[str, Tensor]:
    """Weights by the recogniser's parameter names; empty if the file stores none by name."""
    scripted = _load(opened)
    stored = scripted.state_dict() | dict(_dequantised(scripted))
    weights = stored | dict(_with_outlier_channels(stored))
    return {name.removeprefix(PER_UTTERANCE): value for name, value in weights.items()}


def _load(opened: Bundle, extra_files: dict[str, Any] | None = None) -> torch.nn.Module:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
        scripted: torch.nn.Module = torch.jit.load(  # type: ignore[no-untyped-call]
            opened.model.torchscript(), map_location="cpu", _extra_files=extra_files
        )
    return scripted


def _dequantised(scripted: torch.nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Weights and biases of the quantised linear layers."""
    for name, module in scripted.named_modules():
        if name.endswith(PACKED):
            layer = name.removesuffix(PACKED)
            weight, bias = torch.ops.quantized.linear_unpack(module._packed_params)
            yield f"{layer}.weight", weight.dequantize()
            if bias is not None:
                yield f"{layer}.bias", bias


def _with_outlier_channels(weights: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """Weights and biases of the linear layers whose outlier channels are stored separately."""
    for name, channels in weights.items():
        if name.endswith(OUTLIERS):
            layer = name.removesuffix(OUTLIERS)
            weight = weights[f"{layer}{REGULAR}.weight"].clone()
            weight[:, channels] = weights[f"{layer}{OUTLIER_WEIGHT}"].t()
            yield f"{layer}.weight", weight
            if (bias := weights.get(f"{layer}{REGULAR}.bias")) is not None:
                yield f"{layer}.bias", bias
