"""Fidelity of an exported model: log-probabilities, error rate and speed against the trained network."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from asr.audio import audio
from asr.decoding import ctc
from asr.transcriber import Transcriber
from training.data.corpus import decode
from training.data.manifest import Utterance
from training.evaluation.metrics import score


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


def compare(
    network: nn.Module, transcriber: Transcriber, utterances: Sequence[Utterance]
) -> Comparison:
    """Run a network and its exported model on the same clips, one by one.

    Parameters
    ----------
    network : nn.Module
        The trained network in float32, in evaluation mode.
    transcriber : Transcriber
        The open bundle that was exported from it.
    """
    manifest = transcriber.manifest
    differences, texts, spent = [], [], np.zeros(2)
    seconds = 0.0
    for utterance in utterances:
        waveform = decode(utterance)
        seconds += len(waveform.samples) / audio.SAMPLE_RATE
        started = time.process_time()
        (written,) = transcriber.model.log_probs([waveform.samples])
        between = time.process_time()
        with torch.inference_mode():
            expected = network(
                torch.from_numpy(waveform.samples)[None], torch.tensor([len(waveform.samples)])
            )[0][0].numpy()
        spent += (between - started, time.process_time() - between)
        differences.append(np.abs(written - expected))
        texts.append([ctc.greedy_text(frames, manifest.alphabet) for frames in (written, expected)])
    every = np.concatenate(differences)
    references = [utterance.text for utterance in utterances]
    wer, network_wer = (score(references, heard).wer for heard in zip(*texts, strict=True))
    return Comparison(
        precision=manifest.precision,
        clips=len(references),
        max_difference=float(every.max()),
        mean_difference=float(every.mean()),
        wer=wer,
        network_wer=network_wer,
        megabytes=manifest.model.bytes / 1e6,
        real_time_factor=spent[0] / seconds,
        network_real_time_factor=spent[1] / seconds,
    )
