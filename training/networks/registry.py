"""The networks that a recipe can name, and the whole that is exported."""

import math
from typing import Any, cast

from torch import nn

from training.errors import InputError
from training.networks.conformer import Conformer
from training.networks.convolutional import Convolutional
from training.networks.ctc_gru import SpeechGRU
from training.networks.features import (
    SAMPLE_RATE,
    LogMel,
    MelPower,
    WaveformFrames,
)
from training.networks.keyword_gru import KeywordGRU
from training.networks.recogniser import Recogniser
from training.networks.relative_mel import Mfcc, RelativeMel
from training.networks.residual_bigru import ResidualBiGRU
from training.validation import check_arguments

FRONT_ENDS: dict[str, type[nn.Module]] = {
    "log_mel": LogMel,
    "mel_power": MelPower,
    "mfcc": Mfcc,
    "relative_mel": RelativeMel,
    "waveform": WaveformFrames,
}
NETWORKS: dict[str, type[nn.Module]] = {
    "conformer": Conformer,
    "convolutional": Convolutional,
    "keyword_gru": KeywordGRU,
    "residual_bigru": ResidualBiGRU,
    "speech_gru": SpeechGRU,
}


def build(
    network: str, front_end: dict[str, Any], parameters: dict[str, Any]
) -> tuple[Recogniser, float]:
    """Build what a recipe describes; also returns the seconds of one output frame.

    `front_end` names a front-end by its member `type`; where it does not, that is log-mel, or with
    the parameter `legacy` the published one.

    Raises
    ------
    InputError
        If there is no such network or front-end, or it takes other arguments or values.
    """
    legacy = bool(parameters.get("legacy", False))
    options = {"type": "mel_power" if legacy else "log_mel"} | front_end
    features = _make("front end", FRONT_ENDS, options.pop("type"), options)
    net = _make("network", NETWORKS, network, parameters, features.channels)
    stride, hop = cast(int, net.stride), cast(int, features.hop)
    context = _context_seconds(features, net)
    return Recogniser(features, net, legacy, context), hop * stride / SAMPLE_RATE


def _make(
    what: str, known: dict[str, type[nn.Module]], name: str, options: dict[str, Any], *given: object
) -> nn.Module:
    if name not in known:
        raise InputError(f"{what} {name!r} is none of {', '.join(sorted(known))}")
    check_arguments(f"{what} {name!r}", known[name], options, *given)
    try:
        return known[name](*given, **options)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{what} {name!r}: {error}") from error


def _context_seconds(front_end: nn.Module, network: nn.Module) -> float:
    reach = getattr(network, "reach", None)
    if reach is None or not (isinstance(front_end, LogMel) and front_end.fixed):
        return math.inf
    return (cast(int, reach) * front_end.hop + front_end.width / 2) / SAMPLE_RATE
