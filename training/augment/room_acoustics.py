"""Simulated room impulse responses, and reverberation by convolution with them.

Early reflections follow the image-source method for a box (Allen and Berkley 1979); the diffuse
tail is exponentially decaying noise (Polack 1988) with the expected power of the images.
"""

import numpy as np
from numpy.typing import NDArray

from asr.audio.audio import SAMPLE_RATE
from asr.types import Samples
from training.augment.fft import fast_length

SPEED_OF_SOUND = 343.0  # m/s
MIN_ROOM, MAX_ROOM = (2.5, 2.5, 2.3), (9.0, 7.0, 4.0)  # metres: length, width, height
WALL_MARGIN = 0.3  # metres between a wall and the speaker or the microphone
SPEAKER_DISTANCE = (0.3, 3.0)  # metres from the microphone
LOG_DECAY = np.log(1e3)  # amplitude falls by 60 dB, to 1/1000, in the reverberation time
SABINE = 0.161  # s/m: 24 ln(10) / speed of sound


def room_impulse_response(decay_seconds: float, random: np.random.Generator) -> Samples:
    """Impulse response of a random box-shaped room, starting with the direct sound.

    Costs 0.1 ms.

    Parameters
    ----------
    decay_seconds : float
        Reverberation time (RT60).

    Returns
    -------
    NDArray[float32], shape (samples,)
        As long as the reverberation time.
    """
    size = random.uniform(MIN_ROOM, MAX_ROOM)
    speaker = random.uniform(WALL_MARGIN, size - WALL_MARGIN)
    direction = random.standard_normal(3)
    offset = random.uniform(*SPEAKER_DISTANCE) * direction / np.linalg.norm(direction)
    microphone = np.clip(speaker + offset, WALL_MARGIN, size - WALL_MARGIN)
    volume = float(size.prod())
    surface = 2 * float(size[0] * size[1] + size[1] * size[2] + size[2] * size[0])
    # Amplitude reflection coefficient of the walls for this reverberation time (Eyring 1930).
    reflection = np.exp(-SABINE * volume / (2 * surface * decay_seconds))

    distances, reflections = _image_sources(size, speaker, microphone)
    nearest = distances.min()
    delays = ((distances - nearest) / SPEED_OF_SOUND * SAMPLE_RATE).round().astype(np.int64)
    length = max(1, round(decay_seconds * SAMPLE_RATE))
    # The field is diffuse after 2 sqrt(volume) ms (Polack 1993: the mixing time is sqrt(volume)).
    diffuse = min(length, round(2e-3 * np.sqrt(volume) * SAMPLE_RATE))
    early = delays < max(1, diffuse)
    response = np.zeros(length)
    amplitudes = reflection ** reflections[early] / (4 * np.pi * distances[early])
    np.add.at(response, delays[early], amplitudes)

    seconds = np.arange(diffuse, length) / SAMPLE_RATE + nearest / SPEED_OF_SOUND
    power = SPEED_OF_SOUND / (4 * np.pi * volume * SAMPLE_RATE)
    envelope = np.sqrt(power) * np.exp(-LOG_DECAY * seconds / decay_seconds)
    response[diffuse:] = envelope * random.standard_normal(len(seconds))
    return response.astype(np.float32)


def _image_sources(
    size: NDArray[np.float64], speaker: NDArray[np.float64], microphone: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distance in metres, and number of reflections, of each image source; shapes (216,).

    `size`, `speaker` and `microphone` are (3,), in metres.
    """
    axes = []
    for axis in range(3):
        shift = np.array([-1, 0, 1])[:, None]
        mirrored = np.array([0, 1])[None, :]
        place = (1 - 2 * mirrored) * speaker[axis] + 2 * shift * size[axis] - microphone[axis]
        axes.append((place.ravel() ** 2, (np.abs(shift - mirrored) + np.abs(shift)).ravel()))
    (x, x_walls), (y, y_walls), (z, z_walls) = axes
    squares = x[:, None, None] + y[None, :, None] + z[None, None, :]
    walls = x_walls[:, None, None] + y_walls[None, :, None] + z_walls[None, None, :]
    return np.sqrt(squares).ravel(), walls.ravel()


def reverberate(samples: Samples, response: Samples) -> Samples:
    """Convolve a waveform with a room impulse response, keeping its length and power.

    Costs 0.9 ms a second of audio, the response included.

    Parameters
    ----------
    samples : NDArray[float32], shape (samples,)
    response : NDArray[float32], shape (response samples,)

    Returns
    -------
    NDArray[float32], shape (samples,)
    """
    padded = fast_length(len(samples) + len(response))
    spectrum = np.fft.rfft(samples, padded) * np.fft.rfft(response, padded)
    wet = np.fft.irfft(spectrum, padded)[: len(samples)].astype(np.float32)
    power = float(np.mean(samples**2)) / max(float(np.mean(wet**2)), 1e-12)
    return wet * np.float32(np.sqrt(power))
