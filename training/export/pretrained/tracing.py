"""Trace a published network to a TorchScript file, and compare the file with the network."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.jit._trace import TracerWarning

from asr.audio import audio
from training.errors import InputError
from training.export.bundle_writer import GOLDEN_CLIP
from training.export.pretrained.library import without_known_warnings
from training.export.pretrained.network import (
    LoadedModel,
    PublishedNetwork,
    fold_weight_norm,
    is_batch_independent,
    noise_batch,
)
from training.export.quantisation import BFLOAT16, FLOAT32, INT8_DYNAMIC, quantise_in_place
from training.export.torchscript import load_torchscript, save_scripted
from training.networks.recogniser import PerUtterance

TRACED_SECONDS = (2.0, 1.3)  # a batch in which one utterance is padded
CHECKED_SECONDS = (7.7, 3.3)  # other lengths than those traced
TOLERANCE = 1e-3  # of log-probabilities in float32


class MinimumLength(nn.Module):
    """Pads waveforms to the shortest that the network takes; scripted, so that sizes may vary."""

    def __init__(self, recogniser: nn.Module, min_samples: int) -> None:
        super().__init__()
        self.recogniser = recogniser
        self.min_samples = min_samples

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), samples (B,) to log-probabilities (B, F, C), frames (B,)."""
        missing = max(0, self.min_samples - waveforms.shape[1])
        padded = nn.functional.pad(waveforms, [0, missing])
        return self.recogniser(padded, lengths.clamp(min=self.min_samples))


@without_known_warnings()
def save_traced(loaded: LoadedModel, file: Path, precision: str = FLOAT32) -> bool:
    """Trace the network of `loaded`, convert it to `precision` and save it as `file`.

    The network is changed in place: a copy of a billion parameters would be 4 GB.

    Returns
    -------
    bool
        Whether the file runs the utterances of a batch together; else one by one.

    Raises
    ------
    InputError
        If the network cannot be traced, or the file gives other results in float32.
    """
    network = loaded.network.eval()
    fold_weight_norm(network)
    batched = precision != INT8_DYNAMIC and is_batch_independent(network)
    waveforms, lengths = noise_batch(CHECKED_SECONDS)
    with torch.inference_mode():
        expected = [
            network(row[None, : int(length)], length[None])[0][0]
            for row, length in zip(waveforms, lengths, strict=True)
        ]
    if precision == INT8_DYNAMIC:
        quantise_in_place(network, [_sample_waveform()], loaded.keep_float)
    recogniser: nn.Module = MinimumLength(_trace(network, batched), loaded.min_samples)
    if not batched:
        recogniser = PerUtterance(recogniser)
    if precision == BFLOAT16:
        for parameter in network.parameters():
            parameter.data = parameter.data.bfloat16()
    save_scripted(recogniser.eval(), file, precision)
    if precision == FLOAT32:
        _compare(file, waveforms, lengths, expected)
    return batched


def _sample_waveform() -> Tensor:
    """The golden clip, shape (samples,): speech, on which int8 finds outlier channels."""
    return torch.from_numpy(audio.decode(GOLDEN_CLIP).samples)


def _trace(network: PublishedNetwork, batched: bool) -> torch.jit.ScriptModule:
    """Trace a padded batch, or a single utterance: whichever the file will run."""
    waveforms, lengths = noise_batch(TRACED_SECONDS if batched else TRACED_SECONDS[:1])
    with torch.no_grad(), warnings.catch_warnings():
        # Of branches on sizes; `_compare` runs the file at other sizes than those traced.
        warnings.filterwarnings("ignore", category=TracerWarning)
        warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
        try:
            traced: torch.jit.ScriptModule = torch.jit.trace(  # type: ignore[no-untyped-call]
                network, (waveforms, lengths), check_trace=False
            )
        except (AttributeError, RuntimeError, TypeError) as error:
            raise InputError(f"{type(network.model).__name__} cannot be traced: {error}") from error
    return traced


def _compare(file: Path, waveforms: Tensor, lengths: Tensor, expected: list[Tensor]) -> None:
    """Raise InputError unless a file gives the `expected` log-probabilities (F, C) of a batch."""
    with torch.inference_mode():
        batch, frames = load_torchscript(file)(waveforms, lengths)
    for log_probs, count, original in zip(batch, frames.tolist(), expected, strict=True):
        difference = float((log_probs[:count] - original[:count]).abs().max())
        if not difference < TOLERANCE:
            raise InputError(
                f"{file.name}: log-probabilities differ from the network's by {difference:.2g}, "
                f"expected less than {TOLERANCE:g}: tracing has fixed a size"
            )
