"""Synthesis of one clip: runs an engine and writes its speech at 16 kHz."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import soxr

from asr.audio.audio import SAMPLE_RATE
from asr.types import Samples
from training.synthesis.engines import ENGINES
from training.synthesis.plan import PlannedClip
from training.synthesis.voices import EngineCommand

SILENCE_LEVEL = 0.003  # of the peak (-50 dB); quieter samples at either end are trimmed
CHARACTERS_PER_SECOND = (4.0, 40.0)  # outside this range the engine failed or skipped text
TIMEOUT = 60.0  # seconds before a hanging engine is stopped


def render_clip(clip: PlannedClip, out: Path) -> float:
    """Synthesise `clip` into the folder `out`.

    Returns
    -------
    float
        Seconds of the written file; 0 if the engine failed, and nothing was written.
    """
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "speech.wav"
        engine = ENGINES[clip.voice.engine]
        command = engine.command(clip.voice, clip.prosody, clip.sentence, output)
        samples = _synthesise(command, output, clip.vocal_tract_scale)
    seconds = len(samples) / SAMPLE_RATE
    slowest, fastest = CHARACTERS_PER_SECOND
    if not slowest * seconds < len(clip.sentence) < fastest * seconds:
        return 0.0
    before, after = (round(edge * SAMPLE_RATE) for edge in clip.silence)
    samples = np.pad(samples * np.float32(clip.peak / np.abs(samples).max()), (before, after))
    soundfile.write(out / clip.file, samples, SAMPLE_RATE)
    return len(samples) / SAMPLE_RATE


def _synthesise(command: EngineCommand, output: Path, scale: float) -> Samples:
    """Trimmed speech of an engine, shape (samples,), at 16 kHz; empty if the engine failed.

    Resampling scales the vocal tract length by `scale`: formants move, and rate and pitch become
    the planned ones, since the plan asked the engine for values multiplied by `scale`.
    """
    try:
        subprocess.run(
            command.arguments,
            input=command.stdin,
            capture_output=True,
            check=True,
            text=True,
            timeout=TIMEOUT,
        )
        samples, rate = soundfile.read(output, dtype="float32")
    except (subprocess.SubprocessError, soundfile.LibsndfileError):
        return np.empty(0, np.float32)
    scaled = soxr.resample(samples, rate / scale, SAMPLE_RATE, quality="MQ")
    (loud,) = np.nonzero(np.abs(scaled) > SILENCE_LEVEL * np.abs(scaled).max(initial=0.0))
    return scaled[loud[0] : loud[-1] + 1] if len(loud) else np.empty(0, np.float32)
