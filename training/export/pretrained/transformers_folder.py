"""CTC networks of transformers, from a folder as `save_pretrained` writes it.

The network is built by the library that the weights were published with; no code of the folder is
run. Weights come from safetensors; a pickle is read with `weights_only`, which builds tensors and
nothing else.
"""

import json
import math
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from asr.audio.audio import SAMPLE_RATE
from training.errors import InputError
from training.export.pretrained import adapters
from training.export.pretrained.front_ends import LogMel, StackedFilterBank, Waveform
from training.export.pretrained.library import load_library
from training.export.pretrained.network import LoadedModel, PublishedNetwork
from training.export.pretrained.vocabulary import tokenizer_alphabet

CONFIG = "config.json"
# Of training alone: published checkpoints may lack it.
UNUSED_WEIGHTS = ("masked_spec_embed",)
UNREADABLE = (OSError, ValueError, KeyError, TypeError, RuntimeError, pickle.UnpicklingError)


@dataclass(frozen=True)
class Family:
    """What networks of one `model_type` have in common.

    Attributes
    ----------
    architecture : str
        The class of transformers with a CTC head.
    lengths : str
        Method of the network from input to output frames.
    keep_float : tuple of str
        Linear layers whose weights the network reads itself.
    """

    architecture: str
    lengths: str = "_get_feat_extract_output_lengths"
    keep_float: tuple[str, ...] = ()


FAMILIES = {
    "wav2vec2": Family("Wav2Vec2ForCTC"),
    "hubert": Family("HubertForCTC"),
    "wavlm": Family("WavLMForCTC", keep_float=("q_proj", "k_proj", "v_proj", "out_proj")),
    "data2vec-audio": Family("Data2VecAudioForCTC"),
    "wav2vec2-bert": Family("Wav2Vec2BertForCTC"),
    "parakeet_ctc": Family("ParakeetForCTC", "_get_subsampling_output_length"),
}


def read_folder(folder: Path, language: str | None = None) -> LoadedModel:
    """Read a network and its processor.

    Parameters
    ----------
    folder : Path
        With `config.json`, weights, `preprocessor_config.json` and the tokenizer's files.
    language : str, optional
        ISO 639-3 code of one of a model's adapters (MMS).

    Raises
    ------
    InputError
        If it holds no CTC network of `FAMILIES`, or lacks a part of it.
    """
    family = check_config(folder)
    transformers = load_library("transformers")
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    model = _read_model(transformers, folder, family, options, language)
    extractor = _read_part(transformers.AutoFeatureExtractor, folder, options)
    tokenizer = _read_part(
        transformers.AutoTokenizer, folder, options | adapters.tokenizer_options(folder, language)
    )
    if extractor.sampling_rate != SAMPLE_RATE:
        raise InputError(
            f"{folder}: the model takes audio at {extractor.sampling_rate} Hz, "
            f"expected {SAMPLE_RATE}"
        )
    front_end, hop = _front_end(extractor, model.config)
    masked = not isinstance(front_end, Waveform) or bool(extractor.return_attention_mask)
    lengths: Callable[[Tensor], Tensor] = getattr(model, family.lengths)
    return LoadedModel(
        PublishedNetwork(front_end, model, lengths, masked),
        tokenizer_alphabet(tokenizer, model.config.vocab_size),
        frame_seconds=hop * _subsampling(model.config) / SAMPLE_RATE,
        min_samples=max(front_end.min_samples, _receptive_field(model.config)),
        keep_float=family.keep_float,
    )


def check_config(folder: Path) -> Family:
    """Family of the network that `config.json` describes.

    Raises
    ------
    InputError
        If there is no such file, or it describes no CTC network of `FAMILIES`.
    """
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        kind, architectures = config.get("model_type"), config.get("architectures") or []
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(
            f"{folder} has no readable {CONFIG}, expected a folder as transformers saves a model"
        ) from error
    expected = ", ".join(family.architecture for family in FAMILIES.values())
    family = FAMILIES.get(kind)
    if family is None or family.architecture not in (architectures or [family.architecture]):
        found = ", ".join(architectures) or f"a model of type {kind!r}"
        raise InputError(
            f"{found} is no CTC model that can be imported; expected one of {expected}"
        )
    return family


def _read_model(
    transformers: Any,  # noqa: ANN401 - a module without types
    folder: Path,
    family: Family,
    options: dict[str, Any],
    language: str | None,
) -> Any:  # noqa: ANN401
    kind = getattr(transformers, family.architecture)
    safe = any(folder.glob("*.safetensors"))
    options = options | {"dtype": torch.float32, "use_safetensors": safe, "weights_only": True}
    adapters.check_language(folder, language)
    try:
        model, report = kind.from_pretrained(
            folder, output_loading_info=True, **options, **adapters.model_options(folder, language)
        )
    except pickle.UnpicklingError as error:
        raise InputError(
            f"{folder}: the weights are a pickle that is more than tensors, and was not loaded; "
            "expected model.safetensors"
        ) from error
    except (*UNREADABLE, load_library("safetensors").SafetensorError) as error:
        raise InputError(f"{folder}: the weights cannot be read: {_one_line(error)}") from error
    missing = [name for name in report["missing_keys"] if not name.endswith(UNUSED_WEIGHTS)]
    if missing:
        raise InputError(
            f"{folder}: the weights lack {len(missing)} parameters of {family.architecture}, "
            f"such as {sorted(missing)[0]}: the model was not trained for recognition"
        )
    return model.eval()


def _read_part(kind: Any, folder: Path, options: dict[str, Any]) -> Any:  # noqa: ANN401
    """Read the feature extractor or the tokenizer."""
    try:
        return kind.from_pretrained(folder, **options)
    except (*UNREADABLE, ImportError) as error:
        part = kind.__name__.removeprefix("Auto").lower()
        raise InputError(f"{folder}: the {part} cannot be read: {_one_line(error)}") from error


def _front_end(extractor: Any, config: Any) -> tuple[Any, int]:  # noqa: ANN401
    """The graph module that does what a feature extractor does, and its step in samples."""
    kind = type(extractor).__name__
    if kind == "Wav2Vec2FeatureExtractor":
        return Waveform(bool(extractor.do_normalize)), math.prod(config.conv_stride)
    if kind == "SeamlessM4TFeatureExtractor":
        filters, window = map(torch.from_numpy, (extractor.mel_filters, extractor.window))
        bank = StackedFilterBank(filters, window, extractor.stride)
        return bank, bank.HOP * extractor.stride
    if kind == "ParakeetFeatureExtractor":
        window = torch.hann_window(extractor.win_length, periodic=False)
        hop, emphasis = extractor.hop_length, extractor.preemphasis or 0.0
        return LogMel(extractor.mel_filters, window, extractor.n_fft, hop, emphasis), hop
    raise InputError(f"the feature extractor {kind} is none that can be imported")


def _subsampling(config: Any) -> int:  # noqa: ANN401
    """Frames of the front end that one frame of the output stands for."""
    if hasattr(config, "encoder_config"):
        return int(config.encoder_config.subsampling_factor)
    adapted = config.adapter_stride**config.num_adapter_layers if _has_adapter(config) else 1
    return int(adapted)


def _has_adapter(config: Any) -> bool:  # noqa: ANN401
    return bool(getattr(config, "add_adapter", False))


def _receptive_field(config: Any) -> int:  # noqa: ANN401
    """Samples that the convolutions over the waveform take for one frame."""
    if not hasattr(config, "conv_kernel"):
        return 1
    size, step = 1, 1
    for kernel, stride in zip(config.conv_kernel, config.conv_stride, strict=True):
        size, step = size + (kernel - 1) * step, step * stride
    return size


def _one_line(error: BaseException) -> str:
    """First sentence of an error of transformers, which may fill a screen."""
    return " ".join(str(error).split()).partition(". ")[0][:300]
