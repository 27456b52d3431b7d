"""Registry of networks and front ends that a recipe can name, and their construction.

To add a network:

1. Write one module in this folder with a subclass of `base.Network`. Its constructor takes the
   front end's channels first, then the recipe's `parameters` by name; it sets `stride` and
   `classes` (and `reach`, if the receptive field is bounded). `forward` takes features (B, F,
   channels) and frames (B,), ignores padding, compiles with `torch.jit.script`, and returns
   log-probabilities (B, F', classes) and frames (B,).
2. If its features are new, put a subclass of `base.FrontEnd` (or of `features.LogMel`, for
   SpecAugment's warping of frequency) into the same module, and set the network's
   `default_front_end` to its name.
3. Add a line to `NETWORKS`, and to `FRONT_ENDS`; add a small size to `SIZES` of
   tests/training/networks/test_registry.py, which holds every network to the bundle contract.
"""

import math
from typing import Any, TypeVar

from torch import nn

from asr.audio.audio import SAMPLE_RATE
from training.errors import InputError
from training.networks.base import FrontEnd, Network
from training.networks.conformer import Conformer
from training.networks.convolutional import Convolutional
from training.networks.ctc_gru import CtcGRU
from training.networks.features import LogMel, MelPower, WaveformFrames
from training.networks.keyword_gru import KeywordGRU
from training.networks.recogniser import Recogniser
from training.networks.relative_mel import Mfcc, RelativeMel
from training.networks.residual_bigru import LegacyResidualBiGRU, ResidualBiGRU
from training.networks.whisper_ctc import WhisperCtc
from training.networks.whisper_keyword import WhisperKeyword
from training.networks.whisper_mel import WhisperLogMel
from training.validation import check_arguments

FRONT_ENDS: dict[str, type[FrontEnd]] = {
    "log_mel": LogMel,
    "mel_power": MelPower,
    "mfcc": Mfcc,
    "relative_mel": RelativeMel,
    "waveform": WaveformFrames,
    "whisper_log_mel": WhisperLogMel,
}
NETWORKS: dict[str, type[Network]] = {
    "conformer": Conformer,
    "convolutional": Convolutional,
    "ctc_gru": CtcGRU,
    "keyword_gru": KeywordGRU,
    "residual_bigru": ResidualBiGRU,
    "residual_bigru_legacy": LegacyResidualBiGRU,
    "whisper_ctc": WhisperCtc,
    "whisper_keyword": WhisperKeyword,
}

Module = TypeVar("Module", bound=nn.Module)


def build(
    network: str, front_end: dict[str, Any], parameters: dict[str, Any]
) -> tuple[Recogniser, float]:
    """Build the recogniser of a recipe.

    Parameters
    ----------
    network : str
        A key of `NETWORKS`.
    front_end : dict
        Arguments of the front end, and its `type`, a key of `FRONT_ENDS` (default: the network's
        `default_front_end`).
    parameters : dict
        Arguments of the network.

    Returns
    -------
    recogniser : Recogniser
    frame_seconds : float
        Step of one output frame.

    Raises
    ------
    InputError
        If the network or front end is unknown, or its arguments are invalid.
    """
    kind = _known("network", NETWORKS, network)
    options = {"type": kind.default_front_end} | front_end
    features_name = options.pop("type")
    features = _make(
        f"front end {features_name!r}", _known("front end", FRONT_ENDS, features_name), options
    )
    net = _make(f"network {network!r}", kind, parameters, features.channels)
    context = (
        math.inf
        if net.reach is None
        else (net.reach * features.hop + features.context) / SAMPLE_RATE
    )
    frame_samples = features.hop * net.stride
    recogniser = Recogniser(features, net, kind.batch_independent, context, frame_samples)
    return recogniser, frame_samples / SAMPLE_RATE


def _known(role: str, registry: dict[str, type[Module]], name: str) -> type[Module]:
    if name not in registry:
        raise InputError(f"unknown {role} {name!r}; use one of {', '.join(sorted(registry))}")
    return registry[name]


def _make(subject: str, kind: type[Module], options: dict[str, Any], *given: object) -> Module:
    check_arguments(subject, kind, options, *given)
    try:
        return kind(*given, **options)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{subject}: {error}") from error
