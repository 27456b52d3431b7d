"""One clip of synthetic speech, from an engine's output to a file at 16 kHz."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from asr.audio.audio import SAMPLE_RATE
from training.synthesis.engines import ENGINES
from training.synthesis.plan import Clip
from training.synthesis.voices import Command

SILENCE = 0.003  # of the peak, -50 dB: what is quieter at either end is cut
CHARACTERS_PER_SECOND = (4.0, 40.0)  # outside of it, an engine did not say what it was given
TIMEOUT = 60.0  # seconds; an engine that hangs loses its sentence

Samples = NDArray[np.float32]


def speak(clip: Clip, out: Path) -> float:
    """Write `clip` into the folder `out`; its seconds, 0 if the engine did not manage to say it."""
    with tempfile.TemporaryDirectory() as scratch:
        said = Path(scratch) / "said.wav"
        engine = ENGINES[clip.voice.engine]
        samples = _run(engine.command(clip.voice, clip.manner, clip.sentence, said), said, clip)
    seconds = len(samples) / SAMPLE_RATE
    slowest, fastest = CHARACTERS_PER_SECOND
    if not slowest * seconds < len(clip.sentence) < fastest * seconds:
        return 0.0
    before, after = (round(edge * SAMPLE_RATE) for edge in clip.edges)
    samples = np.pad(samples * np.float32(clip.peak / np.abs(samples).max()), (before, after))
    soundfile.write(out / clip.file, samples, SAMPLE_RATE)
    return len(samples) / SAMPLE_RATE


def _run(command: Command, said: Path, clip: Clip) -> Samples:
    """What an engine says, without the silence around it; empty if it fails.

    It was asked to speak slower and lower by the size of the speaker, or the other way round, and
    is now played that much faster: rate and pitch are as drawn, and the formants have moved.
    """
    try:
        subprocess.run(
            command.arguments,
            input=command.script,
            capture_output=True,
            check=True,
            text=True,
            timeout=TIMEOUT,
        )
        samples, rate = soundfile.read(said, dtype="float32")
    except (subprocess.SubprocessError, soundfile.LibsndfileError):
        return np.empty(0, np.float32)
    played = soxr.resample(samples, rate / clip.size, SAMPLE_RATE, quality="MQ")
    (loud,) = np.nonzero(np.abs(played) > SILENCE * np.abs(played).max(initial=0.0))
    return played[loud[0] : loud[-1] + 1] if len(loud) else np.empty(0, np.float32)
