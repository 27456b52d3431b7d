"""Accuracy, size, memory and speed of a pretrained architecture with random weights.

`python -m benchmarks.published_model wav2vec2-base-960h` needs no network: random weights replace
the download. It prints, as a Markdown table row, the maximum difference from torchaudio's own
log-probabilities, the size of the file, the seconds to open it, the real-time factor on 15 s (one
thread), and the peak memory of a process that transcribes 60 s.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import soundfile
import torch
import torchaudio
from torch import Tensor
from torchaudio.pipelines._wav2vec2 import utils

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.audio import audio
from training.export.pretrained import torchaudio_pipelines
from training.export.quantisation import PRECISIONS

STORED_CLASSES = 32  # the pipeline drops three of them
SECONDS = 15
# Reads /proc instead of getrusage, which includes the memory of the parent.
TRANSCRIBE = """
import runpy
try:
    runpy.run_module("asr", run_name="__main__", alter_sys=True)
finally:
    print(open("/proc/self/status").read())
"""


def random_weights(pipeline: Any) -> dict[str, Tensor]:  # noqa: ANN401 - torchaudio has no types
    """State dict in the layout of the pipeline's stored weights."""
    torch.manual_seed(0)
    parameters = pipeline._params | {"aux_num_out": STORED_CLASSES}
    weights: dict[str, Tensor] = torchaudio.models.wav2vec2_model(**parameters).state_dict()
    return weights


def noise(seconds: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    generator = np.random.default_rng(0)
    return (generator.standard_normal(seconds * audio.SAMPLE_RATE) * 0.1).astype(np.float32)


def peak_megabytes(directory: Path) -> float:
    """Peak resident memory of a process that transcribes one minute, in MB."""
    clip = directory / "noise.wav"
    soundfile.write(clip, noise(60), audio.SAMPLE_RATE)
    command = [sys.executable, "-c", TRANSCRIBE, "--bundle", str(directory), str(clip)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"VmHWM:\s+(\d+) kB", printed)[1]) / 1024  # type: ignore[index]


def measure(name: str, precision: str) -> str:
    """Export, open and run one precision; returns its table row."""
    pipeline = getattr(torchaudio.pipelines, torchaudio_pipelines.MODELS[name].pipeline)
    samples = noise(SECONDS)
    with (
        tempfile.TemporaryDirectory() as temporary,
        patch.object(utils, "load_state_dict_from_url", lambda *_, **__: random_weights(pipeline)),
    ):
        directory = Path(temporary) / name
        torchaudio_pipelines.import_pipeline(name, directory, precision)
        with torch.inference_mode():
            scores, _ = pipeline.get_model()(torch.from_numpy(samples)[None])
        opened = bundle.load(str(directory))
        started = time.process_time()
        model = AcousticModel(opened)
        loaded = time.process_time() - started
        model.log_probs([samples[: audio.SAMPLE_RATE]])
        started = time.process_time()
        (written,) = model.log_probs([samples])
        spent = (time.process_time() - started) / SECONDS
        difference = np.abs(written - scores.log_softmax(-1)[0].numpy()).max()
        megabytes = len(opened.model) / 1e6
        del model, opened
        return (
            f"| {precision} | {difference:.2g} | {megabytes:.1f} | {loaded:.2f} | {spent:.3f} "
            f"| {peak_megabytes(directory):.0f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "name", nargs="?", choices=torchaudio_pipelines.MODELS, default="wav2vec2-base-960h"
    )
    parser.add_argument("--precision", choices=PRECISIONS, default=PRECISIONS[0])
    options = parser.parse_args()
    torch.set_num_threads(1)
    print("| precision | max log-prob difference | MB | s to open | real-time factor | peak MB |")
    print("|---|---|---|---|---|---|")
    print(measure(options.name, options.precision))


if __name__ == "__main__":
    main()
