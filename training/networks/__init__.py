"""The networks that a recipe can name, and the whole that is exported."""

from typing import Any, cast

from torch import Tensor, nn

from training.features import SAMPLE_RATE, LogMel
from training.networks.convolutional import Convolutional
from training.networks.residual_bigru import ResidualBiGRU

NETWORKS: dict[str, type[nn.Module]] = {
    "convolutional": Convolutional,
    "residual_bigru": ResidualBiGRU,
}


class Recogniser(nn.Module):
    """A front-end and a network under the one signature of the bundle contract."""

    def __init__(self, front_end: LogMel, network: nn.Module) -> None:
        super().__init__()
        self.front_end = front_end
        self.network = network

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), samples (B,) to log-probabilities (B, F, C), frames (B,)."""
        features, frames = self.front_end(waveforms, lengths)
        return self.network(features, frames)


def build(
    network: str, front_end: dict[str, Any], parameters: dict[str, Any]
) -> tuple[Recogniser, float]:
    """Build what a recipe describes; also returns the seconds of one output frame."""
    features = LogMel(**front_end)
    net = NETWORKS[network](mels=front_end["mels"], **parameters)
    stride = cast(int, net.stride)
    return Recogniser(features, net), features.hop * stride / SAMPLE_RATE
