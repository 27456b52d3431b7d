"""Additive noise: coloured noise, babble and room tone.

Measured on one core, in ms a second of audio: coloured noise 0.66, room tone 0.7, a babble of three
voices 0.2.
"""

from collections.abc import Callable

import numpy as np

from asr.audio.audio import SAMPLE_RATE
from asr.types import Samples
from training.augment.fft import fast_length

# Returns the samples of a random clip of the corpora.
ClipSampler = Callable[[np.random.Generator], Samples]

MAINS_HERTZ = (50, 60)
HUM_HARMONICS = 6
MIN_ROOM_TONE_DB, MAX_ROOM_TONE_DB = -75.0, -25.0  # dB relative to full scale
MIN_POWER = 1e-12  # avoids a division by 0 for digital silence


def coloured_noise(length: int, random: np.random.Generator) -> Samples:
    """Noise (length,) with a power spectrum between 1/f^2 (brown) and flat (white)."""
    padded = fast_length(length)
    spectrum = np.fft.rfft(random.standard_normal(padded, dtype=np.float32))
    frequency = np.maximum(np.arange(len(spectrum), dtype=np.float32), 1)
    spectrum *= frequency ** np.float32(-random.uniform(0.0, 1.0))
    return np.fft.irfft(spectrum, padded)[:length].astype(np.float32)


def babble(
    length: int, voices: int, sample_clip: ClipSampler, random: np.random.Generator
) -> Samples:
    """Sum (length,) of `voices` clips of equal power, each repeated from a random offset on."""
    total = np.zeros(length, np.float32)
    for _ in range(voices):
        clip = sample_clip(random)
        start = int(random.integers(len(clip)))
        voice = np.resize(np.concatenate([clip[start:], clip[:start]]), length)
        total += voice / np.sqrt(np.mean(voice**2) + MIN_POWER)
    return total


def room_tone(length: int, random: np.random.Generator) -> Samples:
    """Background of a recording without speech (length,): noise, often with mains hum.

    One in ten is digital silence.
    """
    if random.random() < 0.1:
        return np.zeros(length, np.float32)
    tone = coloured_noise(length, random)
    if random.random() < 0.3:
        time = np.arange(length, dtype=np.float32) / SAMPLE_RATE
        hertz = random.choice(MAINS_HERTZ)
        for harmonic in range(1, HUM_HARMONICS + 1):
            phase = random.uniform(0, 2 * np.pi)
            hum = np.sin(2 * np.pi * hertz * harmonic * time + phase, dtype=np.float32)
            tone = mix(tone, hum / harmonic, random.uniform(0.0, 20.0))
    level = 10 ** (random.uniform(MIN_ROOM_TONE_DB, MAX_ROOM_TONE_DB) / 20)
    return tone * np.float32(level / np.sqrt(np.mean(tone**2) + MIN_POWER))


def mix(speech: Samples, noise: Samples, snr_db: float) -> Samples:
    """Add `noise` to `speech`, both (samples,), at a signal-to-noise ratio in dB."""
    power = float(np.mean(speech**2)) / max(float(np.mean(noise**2)), MIN_POWER)
    return speech + noise * np.float32(np.sqrt(power / 10 ** (snr_db / 10)))
