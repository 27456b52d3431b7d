"""Settings of NeMo's `model_config.yaml`, checked against what Parakeet computes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asr.audio.audio import SAMPLE_RATE
from training.errors import InputError

ENCODER, CTC_DECODER = "ConformerEncoder", "ConvASRDecoder"
# Values that the network and its front end need; NeMo's own defaults where a setting is absent.
ENCODER_NEEDS: Mapping[str, tuple[Any, ...]] = {
    "subsampling": ("dw_striding",),
    "causal_downsampling": (False, None),
    "self_attention_model": ("rel_pos", None),
    "att_context_style": ("regular", None),
    "untie_biases": (True, None),
    "conv_norm_type": ("batch_norm", None),
    "conv_context_size": (None,),
    "reduction": (None,),
}
PREPROCESSOR_NEEDS: Mapping[str, tuple[Any, ...]] = {
    "sample_rate": (SAMPLE_RATE, None),
    "normalize": ("per_feature", None),
    "window": ("hann", None),
    "log": (True, None),
    "log_zero_guard_type": ("add", None),
    "log_zero_guard_value": (2**-24, None),
    "frame_splicing": (1, None),
    "exact_pad": (False, None),
    "mag_power": (2.0, None),
    "mel_norm": ("slaney", None),
    "lowfreq": (0, None),
    "highfreq": (None,),
}
UNLIMITED = ([-1, -1], None)


@dataclass(frozen=True)
class Preprocessor:
    """Log-mel settings: bands, window, hop and Fourier transform in samples, pre-emphasis."""

    features: int
    window: int
    hop: int
    n_fft: int
    preemphasis: float


def ctc_branch(config: Mapping[str, Any]) -> str:
    """Prefix of the CTC decoder's parameters: `decoder`, or `ctc_decoder` of a hybrid.

    Raises
    ------
    InputError
        If the model has no CTC decoder.
    """
    for branch, section in (("decoder", config), ("ctc_decoder", config.get("aux_ctc") or {})):
        target = str((section.get("decoder") or {}).get("_target_", ""))
        if target.endswith(f".{CTC_DECODER}"):
            return branch
    found = str(config.get("target", "a model without a name")).rpartition(".")[2]
    raise InputError(f"{found} has no CTC decoder ({CTC_DECODER}): transducers cannot be imported")


def vocabulary(config: Mapping[str, Any], branch: str) -> list[str]:
    """Labels of the CTC decoder, without the blank, which follows them.

    Raises
    ------
    InputError
        If there are none.
    """
    section = config if branch == "decoder" else config["aux_ctc"]
    labels = section["decoder"].get("vocabulary")
    if not labels or not all(isinstance(label, str) for label in labels):
        raise InputError("the configuration lists no vocabulary of the CTC decoder")
    return list(labels)


def encoder_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of transformers' `ParakeetEncoderConfig`.

    Raises
    ------
    InputError
        If the encoder is no FastConformer with unlimited context.
    """
    encoder = config.get("encoder") or {}
    kind = str(encoder.get("_target_", "")).rpartition(".")[2]
    if kind != ENCODER:
        raise InputError(f"the encoder is {kind or 'missing'}, expected {ENCODER} (FastConformer)")
    _check("encoder", encoder, ENCODER_NEEDS)
    context = encoder.get("att_context_size")
    if context not in (*UNLIMITED, [[-1, -1]]):
        raise InputError(f"the encoder's att_context_size is {context}, expected [-1, -1]")
    width = int(encoder["d_model"])
    channels = int(encoder.get("subsampling_conv_channels", -1))
    bias = bool(encoder.get("use_bias", True))
    return {
        "hidden_size": width,
        "num_hidden_layers": int(encoder["n_layers"]),
        "num_attention_heads": int(encoder.get("n_heads", 4)),
        "intermediate_size": int(width * encoder.get("ff_expansion_factor", 4)),
        "attention_bias": bias,
        "convolution_bias": bias,
        "conv_kernel_size": int(encoder.get("conv_kernel_size", 31)),
        "subsampling_factor": int(encoder.get("subsampling_factor", 4)),
        "subsampling_conv_channels": width if channels == -1 else channels,
        "num_mel_bins": int(encoder["feat_in"]),
        "max_position_embeddings": int(encoder.get("pos_emb_max_len", 5000)),
        "scale_input": bool(encoder.get("xscaling", True)),
    }


def preprocessor(config: Mapping[str, Any]) -> Preprocessor:
    """Settings of the log-mel front end.

    Raises
    ------
    InputError
        If it computes something else.
    """
    settings = config.get("preprocessor") or {}
    _check("preprocessor", settings, PREPROCESSOR_NEEDS)
    window = round(settings.get("window_size", 0.02) * SAMPLE_RATE)
    return Preprocessor(
        features=int(settings.get("features", 64)),
        window=window,
        hop=round(settings.get("window_stride", 0.01) * SAMPLE_RATE),
        n_fft=int(settings.get("n_fft") or 2 ** (window - 1).bit_length()),
        preemphasis=float(settings.get("preemph", 0.97) or 0.0),
    )


def _check(part: str, found: Mapping[str, Any], needs: Mapping[str, tuple[Any, ...]]) -> None:
    for name, values in needs.items():
        if found.get(name) not in values:
            raise InputError(
                f"the {part}'s {name} is {found.get(name)!r}, expected {values[0]!r}: "
                "only FastConformer models without a limit of context can be imported"
            )
