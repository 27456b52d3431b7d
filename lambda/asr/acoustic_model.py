"""Acoustic model: a TorchScript file that maps waveforms to log-probabilities.

The only module of serving that imports torch. The file is loaded only from a verified bundle.
"""

import warnings
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from asr.bundle import Bundle
from asr.errors import ModelUnavailableError
from asr.types import LogProbs, Samples

# Profiling runs would make the first two requests several times slower than the rest.
_no_profiling = partial(torch.jit.optimized_execution, False)  # type: ignore[attr-defined]


class AcousticModel:
    """An open TorchScript model.

    Parameters
    ----------
    bundle : Bundle
        A verified bundle.

    Raises
    ------
    ModelUnavailableError
        If the file is not TorchScript.
    """

    def __init__(self, bundle: Bundle) -> None:
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
                self._module = torch.jit.load(  # type: ignore[no-untyped-call]
                    bundle.model.torchscript(), map_location="cpu"
                ).eval()
            if bundle.manifest.precision == "bfloat16":
                # A storage format only: processors without bfloat16 arithmetic compute it slowly.
                self._module.float()
        except RuntimeError as error:
            raise ModelUnavailableError(
                f"{bundle.manifest.model.file} is not a TorchScript module"
            ) from error

    def log_probs(self, waveforms: Sequence[Samples]) -> list[LogProbs]:
        """Log-probabilities of each waveform.

        Parameters
        ----------
        waveforms : sequence of arrays, shape (samples,)
            Mono at the model's sample rate; they are padded to the longest.

        Returns
        -------
        list of arrays, shape (frames, classes)
            One per waveform, without the frames of padding.
        """
        lengths = torch.tensor([len(samples) for samples in waveforms])
        batch = torch.zeros(len(waveforms), int(lengths.max()))
        for row, samples in zip(batch, waveforms, strict=True):
            row[: len(samples)] = torch.from_numpy(samples)
        with torch.inference_mode(), _no_profiling():
            output: tuple[Tensor, Tensor] = self._module(batch, lengths)
        log_probs, frames = output
        return [row[:count].numpy() for row, count in zip(log_probs, frames.tolist(), strict=True)]
