"""Reader of model files of CTranslate2, a format in which Whisper's weights are redistributed.

Little-endian: uint32 version, string specification, uint32 revision, uint32 count; then for each
variable a string name, uint8 rank, uint32 dimensions, uint8 type, uint32 bytes, and the data.
Strings are a uint16 length and as many bytes, the last of which is NUL.
"""

import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor

from training.errors import InputError

SPECIFICATION = "WhisperSpec"
# By their codes; 1 to 3 are the integers of quantised models.
TYPES: dict[int, Any] = {0: np.dtype("<f4"), 4: np.dtype("<f2")}
ENCODER = "encoder/"  # prefix of the variables


def read_whisper_encoder(file: Path) -> dict[str, Tensor]:
    """Read the encoder of a Whisper model.

    Returns
    -------
    dict of str to Tensor
        Under OpenAI's parameter names, as stored (float16 or float32), without the position
        encodings, which are constant.

    Raises
    ------
    InputError
        If the file is not a Whisper model of CTranslate2 in float16 or float32.
    OSError
        If there is no such file.
    """
    try:
        with file.open("rb") as content:
            arrays = _encoder_variables(file, content)
        return dict(_openai_parameters(arrays))
    except (struct.error, ValueError, KeyError) as error:
        raise InputError(f"{file} is not a complete Whisper model of CTranslate2") from error


def _encoder_variables(file: Path, content: BinaryIO) -> dict[str, Tensor]:
    """Variables of the encoder by name, without the prefix `ENCODER`."""
    _number(content, "<I")
    if (found := _string(content)) != SPECIFICATION:
        raise InputError(f"{file} holds a model of {found!r}; expected {SPECIFICATION}")
    _number(content, "<I")
    arrays = {}
    for _ in range(_number(content, "<I")):
        name = _string(content)
        shape = [_number(content, "<I") for _ in range(_number(content, "<B"))]
        kind, size = _number(content, "<B"), _number(content, "<I")
        if not name.startswith(ENCODER):
            content.seek(size, 1)
            continue
        data = content.read(size)
        if kind in TYPES:
            array = np.frombuffer(data, TYPES[kind]).reshape(shape)
            arrays[name.removeprefix(ENCODER)] = torch.from_numpy(array.copy())
        elif shape:  # numbers of heads and the like are scalars
            raise InputError(f"{file} is quantised; give a conversion to float16 or float32")
    return arrays


def _number(content: BinaryIO, layout: str) -> int:
    (value,) = struct.unpack(layout, content.read(struct.calcsize(layout)))
    return int(value)


def _string(content: BinaryIO) -> str:
    return content.read(_number(content, "<H")).rstrip(b"\0").decode()


def _openai_parameters(arrays: dict[str, Tensor]) -> list[tuple[str, Tensor]]:
    """Parameters by OpenAI's names; raises KeyError if one is missing."""
    parameters = [
        *_renamed(arrays, "conv1", "conv1"),
        *_renamed(arrays, "conv2", "conv2"),
        *_normalisation(arrays, "ln_post", "layer_norm"),
    ]
    layers = sum(name.endswith("/ffn/linear_0/weight") for name in arrays)
    for index in range(layers):
        block, layer = f"blocks.{index}", f"layer_{index}"
        parameters += [
            *_attention_inputs(arrays, f"{block}.attn", f"{layer}/self_attention/linear_0"),
            *_renamed(arrays, f"{block}.attn.out", f"{layer}/self_attention/linear_1"),
            *_normalisation(arrays, f"{block}.attn_ln", f"{layer}/self_attention/layer_norm"),
            *_renamed(arrays, f"{block}.mlp.0", f"{layer}/ffn/linear_0"),
            *_renamed(arrays, f"{block}.mlp.2", f"{layer}/ffn/linear_1"),
            *_normalisation(arrays, f"{block}.mlp_ln", f"{layer}/ffn/layer_norm"),
        ]
    return parameters


def _renamed(arrays: dict[str, Tensor], name: str, stored: str) -> list[tuple[str, Tensor]]:
    return [(f"{name}.{part}", arrays[f"{stored}/{part}"]) for part in ("weight", "bias")]


def _normalisation(arrays: dict[str, Tensor], name: str, stored: str) -> list[tuple[str, Tensor]]:
    return [
        (f"{name}.weight", arrays[f"{stored}/gamma"]),
        (f"{name}.bias", arrays[f"{stored}/beta"]),
    ]


def _attention_inputs(
    arrays: dict[str, Tensor], name: str, stored: str
) -> list[tuple[str, Tensor]]:
    """Query, key and value, which are stored as one matrix; the key's bias is zero."""
    weights, biases = (arrays[f"{stored}/{part}"].chunk(3) for part in ("weight", "bias"))
    parameters = []
    for part, weight, bias in zip(("query", "key", "value"), weights, biases, strict=True):
        parameters.append((f"{name}.{part}.weight", weight.clone()))
        if part != "key":
            parameters.append((f"{name}.{part}.bias", bias.clone()))
    return parameters
