"""FastConformers of NVIDIA NeMo, from a `.nemo` archive: CTC models, and the CTC branch of hybrids.

An archive is a tar file with `model_config.yaml` and `model_weights.ckpt` (NeMo's
`SaveRestoreConnector`). The configuration is read as plain YAML and the weights with
`weights_only`, so that nothing of it is run; the network is transformers' `ParakeetForCTC`.
"""

import pickle
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import torch
import yaml
from torch import Tensor

from asr.audio.audio import SAMPLE_RATE
from training.errors import InputError
from training.export.pretrained import nemo_config
from training.export.pretrained.front_ends import LogMel
from training.export.pretrained.library import load_library
from training.export.pretrained.network import LoadedModel, PublishedNetwork
from training.export.pretrained.vocabulary import check_classes, labels_alphabet

CONFIG, WEIGHTS = "model_config.yaml", "model_weights.ckpt"
SPECIAL = frozenset({"<unk>", "<pad>", "<s>", "</s>"})
# Parameter names of NeMo, and those of transformers.
RENAMED = {
    r"^encoder\.pre_encode\.conv\.": "encoder.subsampling.layers.",
    r"^encoder\.pre_encode\.out\.": "encoder.subsampling.linear.",
    r"\.conv\.batch_norm\.": ".conv.norm.",
    r"\.self_attn\.linear_([qkv])\.": r".self_attn.\1_proj.",
    r"\.self_attn\.linear_out\.": ".self_attn.o_proj.",
    r"\.self_attn\.linear_pos\.": ".self_attn.relative_k_proj.",
    r"\.self_attn\.pos_bias_([uv])$": r".self_attn.bias_\1",
}
HEAD = "decoder_layers.0."


@dataclass(frozen=True, eq=False)
class NemoArchive:
    """Content of an archive.

    Attributes
    ----------
    config : dict
        Of `model_config.yaml`, by types of YAML.
    texts : dict
        The same with all values as text: a label such as `no` or `1` is not to become another type.
    weights : dict
        Tensors by parameter name.
    """

    config: dict[str, Any]
    texts: dict[str, Any]
    weights: dict[str, Tensor]


def read_nemo(file: Path) -> LoadedModel:
    """Read the CTC network of an archive.

    Raises
    ------
    InputError
        If the file is no archive of NeMo, or the network is no FastConformer with a CTC decoder.
    """
    archive = _open(file)
    branch = nemo_config.ctc_branch(archive.config)
    encoder = nemo_config.encoder_config(archive.config)
    labels = nemo_config.vocabulary(archive.texts, branch)
    check_classes(labels, archive.weights, f"{branch}.{HEAD}weight")
    transformers = load_library("transformers")
    model = transformers.ParakeetForCTC(
        transformers.ParakeetCTCConfig(
            encoder_config=encoder, vocab_size=len(labels) + 1, pad_token_id=len(labels)
        )
    )
    _load_weights(file, model, _renamed(archive.weights, branch))
    front_end = _front_end(transformers, archive)
    frames = front_end.hop * model.config.encoder_config.subsampling_factor
    return LoadedModel(
        PublishedNetwork(
            front_end, model.eval(), model._get_subsampling_output_length, masked=True
        ),
        labels_alphabet([*labels, "<blank>"], len(labels), special=SPECIAL),
        frame_seconds=frames / SAMPLE_RATE,
        min_samples=front_end.min_samples,
    )


def _open(file: Path) -> NemoArchive:
    try:
        with tarfile.open(file) as archive:
            members = {Path(member.name).name: member for member in archive if member.isfile()}
            missing = sorted({CONFIG, WEIGHTS} - members.keys())
            if missing:
                raise InputError(f"{file} has no {missing[0]}, expected an archive that NeMo saved")
            content = _member(archive, members[CONFIG]).read()
            weights = _load(file, _member(archive, members[WEIGHTS]))
        config = yaml.safe_load(content)
        texts = yaml.load(content, yaml.BaseLoader)  # builds text and nothing else
    except tarfile.TarError as error:
        raise InputError(f"{file} is no tar archive, expected one that NeMo saved") from error
    except yaml.YAMLError as error:
        raise InputError(f"{file}: {CONFIG} cannot be read: {error}") from error
    if not isinstance(config, dict):
        raise InputError(f"{file}: {CONFIG} has no settings")
    return NemoArchive(config, texts, weights)


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    assert content is not None  # it is a file
    return content


def _load(file: Path, content: IO[bytes]) -> dict[str, Tensor]:
    """Load a state dict; through a file without a name, as an archive may be compressed."""
    with TemporaryFile() as unpacked:
        while block := content.read(2**24):
            unpacked.write(block)
        unpacked.seek(0)
        try:
            weights: dict[str, Tensor] = torch.load(unpacked, "cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
            raise InputError(
                f"{file}: {WEIGHTS} is not a file of tensors alone, and was not loaded"
            ) from error
    return weights


def _renamed(weights: Mapping[str, Tensor], branch: str) -> dict[str, Tensor]:
    """Weights of the encoder and the CTC decoder, by transformers' names."""
    renamed = {}
    for name, value in weights.items():
        if name.startswith("encoder."):
            for pattern, replacement in RENAMED.items():
                name = re.sub(pattern, replacement, name)  # noqa: PLW2901
            renamed[name] = value
        elif name.startswith(f"{branch}.{HEAD}"):
            renamed[f"ctc_head.{name.rpartition('.')[2]}"] = value
    return renamed


def _load_weights(file: Path, model: torch.nn.Module, weights: Mapping[str, Tensor]) -> None:
    try:
        model.load_state_dict({name: value.float() for name, value in weights.items()})
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{file}: the weights do not fit {CONFIG}: {reason[:300]}") from error


def _front_end(transformers: Any, archive: NemoArchive) -> LogMel:  # noqa: ANN401
    """The front end of the archive, with its own filters and window where it has them."""
    settings = nemo_config.preprocessor(archive.config)
    extractor = transformers.ParakeetFeatureExtractor(
        feature_size=settings.features, n_fft=settings.n_fft
    )
    filters = archive.weights.get("preprocessor.featurizer.fb")
    window = archive.weights.get("preprocessor.featurizer.window")
    return LogMel(
        extractor.mel_filters if filters is None else filters[0].float(),
        torch.hann_window(settings.window, periodic=False) if window is None else window.float(),
        settings.n_fft,
        settings.hop,
        settings.preemphasis,
    )
