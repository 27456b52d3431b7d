"""The networks that a recipe can name, and the whole that is exported."""

from typing import Any, cast

from torch import Tensor, nn

from training.command import InputError, check_members
from training.features import SAMPLE_RATE, LogMel, MelPower, Mfcc, WaveformFrames
from training.networks.conformer import Conformer
from training.networks.convolutional import Convolutional
from training.networks.keyword_gru import KeywordGRU
from training.networks.residual_bigru import ResidualBiGRU

FRONT_ENDS: dict[str, type[nn.Module]] = {
    "log_mel": LogMel,
    "mel_power": MelPower,
    "mfcc": Mfcc,
    "waveform": WaveformFrames,
}
NETWORKS: dict[str, type[nn.Module]] = {
    "conformer": Conformer,
    "convolutional": Convolutional,
    "keyword_gru": KeywordGRU,
    "residual_bigru": ResidualBiGRU,
}


class Recogniser(nn.Module):
    """A front-end and a network under the one signature of the bundle contract.

    `alone` tells that the network lets the utterances of a batch change each other's results, so
    that serving must run it on one at a time.
    """

    def __init__(self, front_end: nn.Module, network: nn.Module, alone: bool = False) -> None:
        super().__init__()
        self.front_end = front_end
        self.network = network
        self.alone = alone

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), samples (B,) to log-probabilities (B, F, C), frames (B,)."""
        features, frames = self.front_end(waveforms, lengths)
        return self.network(features, frames)


def build(
    network: str, front_end: dict[str, Any], parameters: dict[str, Any]
) -> tuple[Recogniser, float]:
    """Build what a recipe describes; also returns the seconds of one output frame.

    `front_end` names a front-end by its member `type`; where it does not, that is log-mel, or with
    the parameter `legacy` the published one.

    Raises
    ------
    InputError
        If there is no such network or front-end, or it takes other arguments.
    """
    legacy = bool(parameters.get("legacy", False))
    options = {"type": "mel_power" if legacy else "log_mel"} | front_end
    features = _make("front end", FRONT_ENDS, options.pop("type"), options)
    net = _make("network", NETWORKS, network, parameters, features.channels)
    stride, hop = cast(int, net.stride), cast(int, features.hop)
    return Recogniser(features, net, alone=legacy), hop * stride / SAMPLE_RATE


def _make(
    what: str, known: dict[str, type[nn.Module]], name: str, options: dict[str, Any], *given: object
) -> nn.Module:
    if name not in known:
        raise InputError(f"{what} {name!r} is none of {', '.join(sorted(known))}")
    check_members(f"{what} {name!r}", known[name], options, *given)
    return known[name](*given, **options)
