"""The precisions in which a network can be served, and what each of them costs in exactness.

`float32` is the network as trained. `bfloat16` stores the weights in half the bytes and computes
in float32: they are widened once, when the model is opened, because the processors that Lambda
promises have no bfloat16 arithmetic. `int8-dynamic` stores and multiplies the matrices of linear
and recurrent layers as 8-bit integers, with the scale of their input found anew at each call.
"""

import time
import warnings
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from asr import audio, ctc
from asr.bundle import Bundle
from asr.model import AcousticModel
from training.corpus import Utterance, decode
from training.networks.alone import Alone
from training.scoring import score

FLOAT32, BFLOAT16, INT8_DYNAMIC = "float32", "bfloat16", "int8-dynamic"
PRECISIONS = (FLOAT32, BFLOAT16, INT8_DYNAMIC)


def lower(recogniser: nn.Module, precision: str) -> nn.Module:
    """A copy of `recogniser` in evaluation mode, in `precision`, that keeps the batch contract.

    Parameters
    ----------
    recogniser : nn.Module
        Under the signature of the bundle contract; its attribute `alone` tells whether it has to
        be given one utterance at a time. Quantised to integers, every network has to.
    precision : str
        One of `PRECISIONS`.
    """
    module = deepcopy(recogniser).eval()
    if precision == BFLOAT16:
        for parameter in module.parameters():
            parameter.data = parameter.data.bfloat16()
    if precision == INT8_DYNAMIC:
        with warnings.catch_warnings():
            # Deprecated, and the only one that TorchScript can hold; torch is pinned.
            warnings.filterwarnings("ignore", "torch.ao.quantization is deprecated")
            warnings.filterwarnings("ignore", "torch.quantize_per_tensor, .* are deprecated")
            module = torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
                module, {nn.GRU, nn.Linear}
            )
    return Alone(module).eval() if module.alone or precision == INT8_DYNAMIC else module


@dataclass(frozen=True)
class Comparison:
    """How far an exported model is from the network that it was made of, on the same clips.

    Attributes
    ----------
    max_difference, mean_difference : float
        Of the log-probabilities, over all frames and classes, absolute.
    wer, network_wer : float
        Word error rates of the exported model and of the network in float32.
    megabytes : float
        Size of the exported file.
    real_time_factor, network_real_time_factor : float
        Processor seconds to a second of audio.
    """

    precision: str
    clips: int
    max_difference: float
    mean_difference: float
    wer: float
    network_wer: float
    megabytes: float
    real_time_factor: float
    network_real_time_factor: float


def compare(recogniser: nn.Module, opened: Bundle, utterances: Sequence[Utterance]) -> Comparison:
    """Run the network and the bundle made of it on the same clips, one by one."""
    network = lower(recogniser, FLOAT32)
    model = AcousticModel(opened)
    alphabet = opened.manifest.alphabet
    differences, texts, spent = [], [], np.zeros(2)
    seconds = 0.0
    for utterance in utterances:
        waveform = decode(utterance)
        seconds += len(waveform.samples) / audio.SAMPLE_RATE
        started = time.process_time()
        (written,) = model.log_probs([waveform.samples])
        between = time.process_time()
        with torch.inference_mode():
            expected = network(
                torch.from_numpy(waveform.samples)[None], torch.tensor([len(waveform.samples)])
            )[0][0].numpy()
        spent += (between - started, time.process_time() - between)
        differences.append(np.abs(written - expected))
        texts.append([ctc.greedy_text(frames, alphabet) for frames in (written, expected)])
    every = np.concatenate(differences)
    references = [utterance.text for utterance in utterances]
    wer, network_wer = (score(references, heard).wer for heard in zip(*texts, strict=True))
    return Comparison(
        precision=opened.manifest.precision,
        clips=len(references),
        max_difference=float(every.max()),
        mean_difference=float(every.mean()),
        wer=wer,
        network_wer=network_wer,
        megabytes=len(opened.model) / 1e6,
        real_time_factor=spent[0] / seconds,
        network_real_time_factor=spent[1] / seconds,
    )
