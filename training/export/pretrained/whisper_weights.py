"""Import of the encoder of OpenAI Whisper as initial weights of the network `whisper_ctc`.

An encoder alone is no recogniser, so that the result is not a bundle but a folder for `init_from`.
"""

import hashlib
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.download import archives
from training.errors import InputError
from training.export.directory_swap import swap_directory
from training.export.pretrained import ctranslate2
from training.fit.weights_folder import WeightsSource, save_weights

URL = "https://openaipublic.azureedge.net/main/whisper/models/{sha256}/{stem}.pt"
LICENSE = "MIT"
COPYRIGHT = "Copyright (c) 2022 OpenAI"
REFERENCE = "Radford et al.: Robust Speech Recognition via Large-Scale Weak Supervision, 2022"
ENCODER = "encoder."  # prefix of the parameter names in OpenAI's checkpoints
POSITIONS = "positional_embedding"  # constant, and computed by the network


@dataclass(frozen=True)
class WhisperModel:
    """A published checkpoint, and the size of its encoder.

    Attributes
    ----------
    sha256 : str
        Digest of the file; part of its address.
    width, layers : int
        As of the network `whisper_ctc`.
    """

    sha256: str
    width: int
    layers: int


MODELS = {
    "whisper-tiny.en": WhisperModel(
        "d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03", 384, 4
    ),
    "whisper-base": WhisperModel(
        "ed3a0b6b1c0edf879ad9b11b1af5a0e6ab5db9205f891f668f8b0e6c6326e34e", 512, 6
    ),
    "whisper-small": WhisperModel(
        "9ecf779972d90ba49c06d968637d720dd632c55bbf19d441fb42bf17a411e794", 768, 12
    ),
}


def import_encoder(name: str, out: Path, checkpoint: Path | None = None) -> None:
    """Write initial weights with the encoder of a model of `MODELS`.

    Parameters
    ----------
    out : Path
        Folder for the `init_from` of a recipe; replaced only at the end.
    checkpoint : Path, optional
        Local file to use in place of a download: OpenAI's checkpoint, or a `model.bin` of
        CTranslate2 in float16 or float32.

    Raises
    ------
    InputError
        If the file cannot be downloaded, is not the published one, or holds no Whisper encoder of
        this size.
    OSError
        If the checkpoint cannot be read or the folder cannot be written.
    """
    model = MODELS[name]
    url = URL.format(sha256=model.sha256, stem=name.removeprefix("whisper-"))
    with swap_directory(out) as draft:
        file = checkpoint or _download(url, draft, model.sha256)
        with file.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        encoder = read_encoder(file)
        _check_size(file, encoder, name)
        if checkpoint is None:
            file.unlink()
        origin = url if sha256 == model.sha256 else file.name
        weights = {f"network.{ENCODER}{parameter}": value for parameter, value in encoder.items()}
        source = WeightsSource(name, origin, sha256, LICENSE, COPYRIGHT, REFERENCE)
        save_weights(draft, weights, source)


def read_encoder(file: Path) -> dict[str, Tensor]:
    """Encoder's parameters by OpenAI's names, from its checkpoint or CTranslate2's `model.bin`.

    Raises
    ------
    InputError
        If the file is neither.
    OSError
        If there is no such file.
    """
    if not zipfile.is_zipfile(file):
        return ctranslate2.read_whisper_encoder(file)
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)["model_state_dict"]
    except (pickle.UnpicklingError, RuntimeError, KeyError, TypeError) as error:
        raise InputError(f"{file} is not a checkpoint of OpenAI Whisper") from error
    return {
        name.removeprefix(ENCODER): value.clone()  # without the storage of the whole checkpoint
        for name, value in state.items()
        if name.startswith(ENCODER) and name != ENCODER + POSITIONS
    }


def _download(url: str, folder: Path, sha256: str) -> Path:
    file = folder / url.rpartition("/")[2]
    try:
        archives.fetch(url, file)
    except OSError as error:
        raise InputError(
            f"{url} cannot be downloaded ({error}): get the file elsewhere, "
            "and give it with --checkpoint"
        ) from error
    archives.verify(file, f"sha256:{sha256}")
    return file


def _check_size(file: Path, encoder: Mapping[str, Tensor], name: str) -> None:
    """Raise InputError unless `encoder` has the width and the layers of the model `name`."""
    width = len(encoder.get("conv1.bias", ()))
    layers = sum(parameter.endswith(".attn.query.weight") for parameter in encoder)
    expected = MODELS[name]
    if (width, layers) != (expected.width, expected.layers):
        raise InputError(
            f"{file} holds an encoder of width {width} with {layers} layers; "
            f"{name} has width {expected.width} and {expected.layers} layers"
        )
