"""Memory that a bundle takes: measured in a process that transcribes as a function does."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from asr.audio.audio import SAMPLE_RATE
from asr.manifest import MANIFEST, parse
from training.errors import InputError

MIB = 2**20
CLIP_SECONDS = 125  # four full windows, the most that are run at once, and a part of the next
MARGIN = 1.15  # for longer texts, requests and the fragmentation of a long-lived process
STEP_MB = 64
# Opens a bundle, then transcribes with it. Reads /proc, because getrusage includes the memory of
# the parent process. The file in memory, freed after it was opened, is not in these figures.
_TRANSCRIBE = """
import sys
from asr.settings import Settings
from asr.transcriber import open_transcriber
def peak():
    return next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
transcriber = open_transcriber(Settings(model_uri=sys.argv[1]))
print(peak())
transcriber.transcribe_stream(sys.argv[2])
print(peak())
"""


def peak_megabytes(bundle: Path, seconds: int = CLIP_SECONDS) -> float:
    """Peak resident memory of a process that opens a bundle and transcribes noise, in MiB.

    Raises
    ------
    InputError
        If the process fails, such as for lack of memory on this machine.
    """
    with tempfile.TemporaryDirectory() as temporary:
        clip = Path(temporary) / "noise.wav"
        noise = np.random.default_rng(0).standard_normal(seconds * SAMPLE_RATE) * 0.1
        soundfile.write(clip, noise.astype(np.float32), SAMPLE_RATE)
        command = [sys.executable, "-c", _TRANSCRIBE, str(bundle), str(clip)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise InputError(f"the bundle cannot transcribe {seconds} s of noise: {reason[0]}")
    opened, transcribed = (int(line) / 1024 for line in done.stdout.split())
    file = parse((bundle / MANIFEST).read_bytes()).model.bytes / MIB
    return max(opened + file, transcribed)


def suggested_memory(peak: float) -> int:
    """Memory to give to a function whose process takes `peak` MiB, in MiB."""
    return int(-(-peak * MARGIN // STEP_MB) * STEP_MB)
