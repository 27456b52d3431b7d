"""Rooms that no one has built: their responses, and speech as it sounds in them.

The first reflections are those of the mirror images of the speaker in the walls of a box (Allen and
Berkley 1979), the rest is noise that decays exponentially (Polack 1988), as loud as so many images
would be on average.
"""

import numpy as np
from numpy.typing import NDArray

from asr.audio.audio import SAMPLE_RATE
from training.augment.fft import fast_length

Samples = NDArray[np.float32]

METRES_PER_SECOND = 343.0  # the speed of sound
SMALLEST, LARGEST = (2.5, 2.5, 2.3), (9.0, 7.0, 4.0)  # metres
MARGIN = 0.3  # metres between a wall and the speaker, or the microphone
DISTANCE = (0.3, 3.0)  # metres between those two
DECAY = np.log(1e3)  # amplitude falls by 60 dB, to 1/1000, in the reverberation time
EYRING = 0.161  # seconds a metre: 24 ln(10) / speed of sound


def response(decay_seconds: float, random: np.random.Generator) -> Samples:
    """The impulse response of a random box, from the direct sound on.

    Costs 0.1 ms.

    Parameters
    ----------
    decay_seconds : float
        The reverberation time: in how long sound decays by 60 dB.

    Returns
    -------
    NDArray[float32], shape (samples,)
        As long as the reverberation time.
    """
    size = random.uniform(SMALLEST, LARGEST)
    speaker = random.uniform(MARGIN, size - MARGIN)
    towards = random.standard_normal(3)
    away = random.uniform(*DISTANCE) * towards / np.linalg.norm(towards)
    microphone = np.clip(speaker + away, MARGIN, size - MARGIN)
    volume = float(size.prod())
    surface = 2 * float(size[0] * size[1] + size[1] * size[2] + size[2] * size[0])
    # Of amplitude, at each wall, so that the whole decays as asked (Eyring 1930).
    reflected = np.exp(-EYRING * volume / (2 * surface * decay_seconds))

    distances, bounces = _images(size, speaker, microphone)
    nearest = distances.min()
    delays = ((distances - nearest) / METRES_PER_SECOND * SAMPLE_RATE).round().astype(np.int64)
    length = max(1, round(decay_seconds * SAMPLE_RATE))
    # After 2 sqrt(volume) ms the images are too many to tell apart (Polack 1993: sqrt(volume) ms).
    diffuse = min(length, round(2e-3 * np.sqrt(volume) * SAMPLE_RATE))
    early = delays < max(1, diffuse)
    heard = np.zeros(length)
    np.add.at(heard, delays[early], reflected ** bounces[early] / (4 * np.pi * distances[early]))

    seconds = np.arange(diffuse, length) / SAMPLE_RATE + nearest / METRES_PER_SECOND
    power = METRES_PER_SECOND / (4 * np.pi * volume * SAMPLE_RATE)
    envelope = np.sqrt(power) * np.exp(-DECAY * seconds / decay_seconds)
    heard[diffuse:] = envelope * random.standard_normal(len(seconds))
    return heard.astype(np.float32)


def _images(
    size: NDArray[np.float64], speaker: NDArray[np.float64], microphone: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distance of each image of the speaker, and off how many walls its sound has come; (216,)."""
    along = []
    for axis in range(3):
        shift = np.array([-1, 0, 1])[:, None]
        mirrored = np.array([0, 1])[None, :]
        place = (1 - 2 * mirrored) * speaker[axis] + 2 * shift * size[axis] - microphone[axis]
        along.append((place.ravel() ** 2, (np.abs(shift - mirrored) + np.abs(shift)).ravel()))
    (x, x_walls), (y, y_walls), (z, z_walls) = along
    squares = x[:, None, None] + y[None, :, None] + z[None, None, :]
    walls = x_walls[:, None, None] + y_walls[None, :, None] + z_walls[None, None, :]
    return np.sqrt(squares).ravel(), walls.ravel()


def reverberate(samples: Samples, heard: Samples) -> Samples:
    """Samples in a room with the response `heard`: as many, as loud, and not later than before.

    Costs 0.9 ms a second of audio, the response included.
    """
    padded = fast_length(len(samples) + len(heard))
    spectrum = np.fft.rfft(samples, padded) * np.fft.rfft(heard, padded)
    wet = np.fft.irfft(spectrum, padded)[: len(samples)].astype(np.float32)
    power = float(np.mean(samples**2)) / max(float(np.mean(wet**2)), 1e-12)
    return wet * np.float32(np.sqrt(power))
