"""Memory that a bundle takes: measured in a process that transcribes as a function does."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from asr.audio.audio import SAMPLE_RATE
from training.errors import InputError

MIB = 2**20
CLIP_SECONDS = 125  # four full windows, the most that are run at once, and a part of the next
MARGIN = 1.15  # for longer texts, requests and the fragmentation of a long-lived process
STEP_MB = 64
# Reads /proc instead of getrusage, which includes the memory of the parent process.
_TRANSCRIBE = """
import runpy
try:
    runpy.run_module("asr", run_name="__main__", alter_sys=True)
finally:
    print(open("/proc/self/status").read())
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
        command = [sys.executable, "-c", _TRANSCRIBE, "--bundle", str(bundle), str(clip)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    found = re.search(r"VmHWM:\s+(\d+) kB", done.stdout)
    if done.returncode or not found:
        reason = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise InputError(f"the bundle cannot transcribe {seconds} s of noise: {reason[0]}")
    return int(found[1]) * 1024 / MIB


def suggested_memory(peak: float) -> int:
    """Memory to give to a function whose process takes `peak` MiB, in MiB."""
    return int(-(-peak * MARGIN // STEP_MB) * STEP_MB)
