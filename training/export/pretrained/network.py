"""A published network with the signature of a bundle's model: front end, network, log-softmax."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from asr.audio.audio import SAMPLE_RATE
from asr.manifest import Alphabet

BATCH_TOLERANCE = 1e-4  # of log-probabilities, between a batch and its utterances
PROBE_SECONDS = (2.0, 1.3)  # a batch in which one utterance is padded


class PublishedNetwork(nn.Module):
    """A CTC network of transformers behind its front end.

    Parameters
    ----------
    front_end : nn.Module
        One of `training.export.pretrained.front_ends`.
    model : nn.Module
        Takes the front end's output and `attention_mask`; its result has `logits`.
    output_frames : callable
        Lengths of the front end's output (B,) to frames of the logits (B,).
    masked : bool
        Whether the network takes a mask; without it, it takes one utterance at a time.
    """

    def __init__(
        self,
        front_end: nn.Module,
        model: nn.Module,
        output_frames: Callable[[Tensor], Tensor],
        masked: bool,
    ) -> None:
        super().__init__()
        self.front_end = front_end
        self.model = model
        self.output_frames = output_frames
        self.masked = masked

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), samples (B,) to log-probabilities (B, F, C), frames (B,)."""
        features, mask = self.front_end(waveforms, lengths)
        options = {"attention_mask": mask.long()} if self.masked else {}
        scores = self.model(features, **options).logits
        return scores.float().log_softmax(-1), self.output_frames(mask.sum(-1))


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A published model, ready to be traced.

    Attributes
    ----------
    network : PublishedNetwork
        In float32.
    alphabet : Alphabet
    frame_seconds : float
        Step of one output frame.
    min_samples : int
        The shortest waveform that gives a frame.
    keep_float : tuple of str
        Names of linear layers that int8 has to leave, because the network reads their weights.
    """

    network: PublishedNetwork
    alphabet: Alphabet
    frame_seconds: float
    min_samples: int
    keep_float: tuple[str, ...] = ()


def noise_batch(seconds: Sequence[float]) -> tuple[Tensor, Tensor]:
    """White noise of several durations, padded: waveforms (B, T), samples (B,)."""
    generator = torch.Generator().manual_seed(0)
    lengths = torch.tensor([round(each * SAMPLE_RATE) for each in seconds])
    waveforms = 0.1 * torch.randn(len(lengths), int(lengths.max()), generator=generator)
    return waveforms * (torch.arange(waveforms.shape[1]) < lengths[:, None]), lengths


def is_batch_independent(network: PublishedNetwork) -> bool:
    """Whether padding changes no utterance's result, as measured on a batch of noise.

    Group normalisation over time (wav2vec 2.0 base) and data2vec's position encoding, whose layers
    are not masked, make results depend on the padding.
    """
    if not network.masked:
        return False
    waveforms, lengths = noise_batch(PROBE_SECONDS)
    with torch.inference_mode():
        batch, frames = network(waveforms, lengths)
        for row, length in enumerate(lengths.tolist()):
            alone, _ = network(waveforms[row : row + 1, :length], lengths[row : row + 1])
            count = int(frames[row])
            if not (alone[0, :count] - batch[row, :count]).abs().max() < BATCH_TOLERANCE:
                return False
    return True


def fold_weight_norm(network: nn.Module) -> None:
    """Replace weight normalisation (Salimans and Kingma 2016) by the weights that it computes."""
    parametrize: Any = nn.utils.parametrize
    for module in network.modules():
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight")
