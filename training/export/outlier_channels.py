"""Outlier channels of linear layers, kept in float32 beside int8 (Dettmers et al. 2022).

Transformers have a few input channels whose values are tens of times larger than the rest. The
scale of int8 activations, one for a whole matrix, is set by them, so that all other channels lose
most of their bits. Multiplied in float32, these channels cost under 2 % of the products.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training.data.corpus import decode_clip
from training.data.manifest import Utterance

CALIBRATION_CLIPS = 16
OUTLIER_CHANNELS = 16  # the most that are split off a layer
# A layer is split if its largest channel exceeds the median channel by this factor.
OUTLIER_RATIO = 6.0


class OutlierLinear(nn.Module):
    """A linear layer that multiplies the channels `outliers` separately from the rest.

    Parameters
    ----------
    layer : nn.Linear
    outliers : Tensor, shape (k,), int64
        Indices of input channels.
    """

    outliers: Tensor
    outlier_weight: Tensor

    def __init__(self, layer: nn.Linear, outliers: Tensor) -> None:
        super().__init__()
        weight = layer.weight.detach().clone()
        self.register_buffer("outliers", outliers)
        self.register_buffer("outlier_weight", weight[:, outliers].t().contiguous())
        weight[:, outliers] = 0.0
        self.regular = nn.Linear(layer.in_features, layer.out_features, layer.bias is not None)
        self.regular.weight = nn.Parameter(weight)
        if layer.bias is not None:
            self.regular.bias = nn.Parameter(layer.bias.detach().clone())

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., out), as of the layer."""
        product = x.index_select(-1, self.outliers) @ self.outlier_weight
        return self.regular(x.index_fill(-1, self.outliers, 0.0)) + product


def calibration_waveforms(utterances: Sequence[Utterance]) -> list[Tensor]:
    """Waveforms, shape (samples,), of the first `CALIBRATION_CLIPS` utterances.

    Raises
    ------
    InputError
        If a clip cannot be read or decoded.
    """
    return [
        torch.from_numpy(decode_clip(utterance).samples)
        for utterance in utterances[:CALIBRATION_CLIPS]
    ]


def split_outlier_channels(recogniser: nn.Module, waveforms: Sequence[Tensor]) -> None:
    """Replace the linear layers of `recogniser` that have outlier channels, in place.

    Parameters
    ----------
    recogniser : nn.Module
        In evaluation mode, with the signature of a bundle's model.
    waveforms : sequence of Tensor, shape (samples,)
        Clips on which the range of each channel is measured; without any, nothing is split.
    """
    for name, peaks in _channel_peaks(recogniser, waveforms).items():
        if peaks.max() > OUTLIER_RATIO * peaks.median():
            outliers = peaks.topk(min(OUTLIER_CHANNELS, len(peaks) // 4)).indices.sort().values
            parent, _, attribute = name.rpartition(".")
            layer = recogniser.get_submodule(name)
            assert isinstance(layer, nn.Linear)
            setattr(recogniser.get_submodule(parent), attribute, OutlierLinear(layer, outliers))


def _channel_peaks(recogniser: nn.Module, waveforms: Sequence[Tensor]) -> dict[str, Tensor]:
    """Largest absolute input, shape (in,), of each linear layer, by its name."""
    peaks: dict[str, Tensor] = {}

    def measure(name: str, value: Tensor) -> None:
        found = value.detach().abs().flatten(0, -2).amax(0)
        peaks[name] = torch.maximum(peaks[name], found) if name in peaks else found

    handles = [
        module.register_forward_pre_hook(lambda _, inputs, name=name: measure(name, inputs[0]))
        for name, module in recogniser.named_modules()
        if isinstance(module, nn.Linear)
    ]
    with torch.inference_mode():
        for waveform in waveforms:
            recogniser(waveform[None], torch.tensor([len(waveform)]))
    for handle in handles:
        handle.remove()
    return peaks
