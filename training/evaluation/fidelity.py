"""Fidelity of an exported model: differences from the trained float32 network, and its speed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from asr.audio import audio
from asr.decoding import ctc
from asr.transcriber import Transcriber
from training.data.corpus import decode_clip
from training.data.manifest import Utterance
from training.data.text import normalise
from training.evaluation.metrics import score


@dataclass(frozen=True)
class Fidelity:
    """An exported model against the float32 network that it was made of, on the same clips.

    Attributes
    ----------
    max_difference, mean_difference : float
        Absolute difference of log-probabilities, over all frames and classes.
    wer, network_wer : float
        Word error rates of the exported model and of the float32 network, decoded greedily.
    megabytes : float
        Size of the exported file.
    real_time_factor, network_real_time_factor : float
        Processor seconds per second of audio.
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


def measure_fidelity(
    network: nn.Module, transcriber: Transcriber, utterances: Sequence[Utterance]
) -> Fidelity:
    """Run a network and the bundle exported from it on the same clips, one by one.

    Parameters
    ----------
    network : nn.Module
        In float32 and evaluation mode, with the signature of the bundle contract: waveforms
        (batch, samples) and lengths (batch,) to log-probabilities (batch, frames, classes) and
        frame lengths (batch,).
    transcriber : Transcriber
        Of the bundle, whose kind is `ctc`.
    utterances : sequence of Utterance
        At least one.

    Raises
    ------
    InputError
        If a clip cannot be read or decoded.
    """
    manifest = transcriber.manifest
    differences, texts, cpu_seconds = [], [], np.zeros(2)
    audio_seconds = 0.0
    for utterance in utterances:
        waveform = decode_clip(utterance)
        audio_seconds += len(waveform.samples) / audio.SAMPLE_RATE
        started = time.process_time()
        (exported,) = transcriber.model.log_probs([waveform.samples])
        between = time.process_time()
        with torch.inference_mode():
            expected = network(
                torch.from_numpy(waveform.samples)[None], torch.tensor([len(waveform.samples)])
            )[0][0].numpy()
        cpu_seconds += (between - started, time.process_time() - between)
        differences.append(np.abs(exported - expected))
        texts.append(
            [
                normalise(ctc.greedy_text(frames, manifest.alphabet))
                for frames in (exported, expected)
            ]
        )
    all_differences = np.concatenate(differences)
    references = [utterance.text for utterance in utterances]
    wer, network_wer = (
        score(references, hypotheses).wer for hypotheses in zip(*texts, strict=True)
    )
    return Fidelity(
        precision=manifest.precision,
        clips=len(references),
        max_difference=float(all_differences.max()),
        mean_difference=float(all_differences.mean()),
        wer=wer,
        network_wer=network_wer,
        megabytes=manifest.model.bytes / 1e6,
        real_time_factor=cpu_seconds[0] / audio_seconds,
        network_real_time_factor=cpu_seconds[1] / audio_seconds,
    )
