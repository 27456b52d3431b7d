"""Checkpoints of a tiny Whisper encoder, in the file formats that can be imported."""

import struct
from pathlib import Path

import torch
from torch import Tensor

from training.networks.whisper_encoder import Encoder

LAYERS = {
    "attn.out": "self_attention/linear_1",
    "attn_ln": "self_attention/layer_norm",
    "mlp.0": "ffn/linear_0",
    "mlp.2": "ffn/linear_1",
    "mlp_ln": "ffn/layer_norm",
}
TYPES = {torch.float32: 0, torch.int8: 1, torch.float16: 4}


def encoder_weights(width: int = 8, layers: int = 1) -> dict[str, Tensor]:
    """Random parameters of an encoder, by OpenAI's names; float16."""
    torch.manual_seed(0)
    encoder = Encoder(80, width, 2, layers)
    return {name: torch.randn(p.shape).half() for name, p in encoder.named_parameters()}


def write_openai(file: Path, weights: dict[str, Tensor]) -> Path:
    """Write OpenAI's form of a checkpoint, with a decoder."""
    state = {f"encoder.{name}": value for name, value in weights.items()}
    constant = {"encoder.positional_embedding": torch.zeros(1500, 8)}
    decoder = {"decoder.token_embedding.weight": torch.zeros(9, 8)}
    dims = {"n_mels": 80, "n_audio_ctx": 1500}
    torch.save({"dims": dims, "model_state_dict": decoder | constant | state}, file)
    return file


def write_ctranslate2(
    file: Path, weights: dict[str, Tensor], specification: str = "WhisperSpec"
) -> Path:
    """Write CTranslate2's form of a checkpoint, with a variable of a decoder and a scalar."""
    variables = {
        "decoder/embeddings/weight": torch.zeros(9, 8),
        "encoder/num_heads": torch.tensor(2, dtype=torch.int8),
        "encoder/position_encodings/encodings": torch.zeros(1500, 8),
    }
    for name, value in weights.items():
        if ".attn.query." in name:
            variables[_stored(name)] = _query_key_value(weights, name)
        elif ".attn.key." not in name and ".attn.value." not in name:
            variables[_stored(name)] = value
    written = struct.pack("<I", 6) + _string(specification)
    written += struct.pack("<II", 3, len(variables))
    for name, value in variables.items():
        data = value.numpy().tobytes()
        written += _string(name) + struct.pack(f"<B{value.ndim}I", value.ndim, *value.shape)
        written += struct.pack("<BI", TYPES[value.dtype], len(data)) + data
    file.write_bytes(written)
    return file


def _stored(name: str) -> str:
    """CTranslate2's name of a parameter."""
    layer, _, part = name.rpartition(".")
    if layer.startswith("blocks."):
        _, index, inner = layer.split(".", 2)
        layer = f"layer_{index}/{LAYERS.get(inner, 'self_attention/linear_0')}"
    layer = layer.replace("ln_post", "layer_norm")
    if layer.endswith("layer_norm"):
        part = {"weight": "gamma", "bias": "beta"}[part]
    return f"encoder/{layer}/{part}"


def _query_key_value(weights: dict[str, Tensor], query: str) -> Tensor:
    value = weights[query.replace("query", "value")]
    key = weights.get(query.replace("query", "key"), torch.zeros_like(value))
    return torch.cat([weights[query], key, value])


def _string(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"
