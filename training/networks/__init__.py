"""The networks that a recipe can name, and the whole that is exported."""

from typing import Any, cast

from torch import Tensor, nn

from training.features import SAMPLE_RATE, LogMel, MelPower
from training.networks.conformer import Conformer
from training.networks.convolutional import Convolutional
from training.networks.residual_bigru import ResidualBiGRU

NETWORKS: dict[str, type[nn.Module]] = {
    "conformer": Conformer,
    "convolutional": Convolutional,
    "residual_bigru": ResidualBiGRU,
}


class Recogniser(nn.Module):
    """A front-end and a network under the one signature of the bundle contract.

    `alone` tells that the network lets the utterances of a batch change each other's results, so
    that serving must run it on one at a time.
    """

    def __init__(
        self, front_end: LogMel | MelPower, network: nn.Module, alone: bool = False
    ) -> None:
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

    With the parameter `legacy`, the front-end is the published one as well.
    """
    legacy = bool(parameters.get("legacy", False))
    features = (MelPower if legacy else LogMel)(**front_end)
    net = NETWORKS[network](mels=front_end["mels"], **parameters)
    stride = cast(int, net.stride)
    return Recogniser(features, net, alone=legacy), features.hop * stride / SAMPLE_RATE
