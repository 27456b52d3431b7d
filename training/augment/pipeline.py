"""Waveform augmentation pipeline: trimming, speed, room, babble, noise, microphone, channel."""

import math
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from asr.audio.audio import SAMPLE_RATE
from asr.types import Samples
from training.augment.channels import (
    CODECS,
    EQUALISER_HERTZ,
    encode_decode,
    equalise,
    low_pass,
    telephone,
)
from training.augment.levels import MARGIN_FRAMES, expand_level, trim
from training.augment.noise import ClipSampler, babble, coloured_noise, mix
from training.augment.room_acoustics import reverberate, room_impulse_response
from training.augment.stages import Stage, stage_generators

# Low-pass before the level of an edge trim is measured: recordings at 8 kHz have no more.
EDGE_TRIM_HERTZ = 3800.0


@dataclass(frozen=True)
class WaveformAugmentation:
    """Random augmentation of one waveform.

    The defaults cost 0.45 ms a second of audio on average on one core, and the stages of
    `recipes/separable_ctc_varied.yaml` 1.5 ms: 1/650 of real time.

    Attributes
    ----------
    speed : float
        Speed perturbation (Ko et al. 2015), which changes the pitch too, by a factor from
        1 - speed to 1 + speed.
    trim_db : float
        Audio at both ends that is quieter than the clip's peak by this is trimmed; 0 disables it.
    edge_trim_probability, edge_trim_db : float and (float, float)
        Probability and range of a second trim by the level below 4 kHz, as in recordings of
        single words that were cut by their level and lost fricatives at both ends.
    crop : float
        Maximum share of a clip cut off at either end, after trimming, as in data sets of single
        words that are often cut into the word.
    level_expansion : float
        Maximum share by which level differences within a clip, in dB, grow or shrink: the level of
        an "s" differs by 20 dB between speakers.
    shift_seconds : float
        Maximum silence inserted before a clip, and after it.
    max_seconds : float
        Bound of the duration after changes of speed and shifts, for networks of a longest input;
        0 for none. Longer clips keep their duration.
    gain_db : float
        Gain from -gain_db to +gain_db.
    noise_probability, noise_snr_db : float and (float, float)
        Probability and signal-to-noise ratio of coloured noise.
    room_probability, room_decay_seconds : float and (float, float)
        Probability of a simulated room and its reverberation time (RT60).
    babble_probability, babble_voices, babble_snr_db : float, (int, int) and (float, float)
        Probability, number of voices and signal-to-noise ratio of babble from other clips.
    equaliser_db : float
        Maximum gain or attenuation of each octave, as microphones differ.
    telephone_probability, band_probability, codec_probability : float
        Probabilities of a telephone channel, a low-pass at a frequency of `band_hertz`, and one of
        `CODECS`; mutually exclusive.
    silence_probability : float
        Probability that a clip is replaced by room tone with an empty transcript.
    """

    speed: float = 0.1
    gain_db: float = 10.0
    noise_probability: float = 0.3
    noise_snr_db: tuple[float, float] = (8.0, 30.0)
    trim_db: float = 0.0
    edge_trim_probability: float = 0.0
    edge_trim_db: tuple[float, float] = (12.0, 40.0)
    crop: float = 0.0
    level_expansion: float = 0.0
    shift_seconds: float = 0.0
    max_seconds: float = 0.0
    room_probability: float = 0.0
    room_decay_seconds: tuple[float, float] = (0.1, 0.6)
    babble_probability: float = 0.0
    babble_voices: tuple[int, int] = (1, 5)
    babble_snr_db: tuple[float, float] = (8.0, 25.0)
    equaliser_db: float = 0.0
    telephone_probability: float = 0.0
    band_probability: float = 0.0
    band_hertz: tuple[float, float] = (3000.0, 7500.0)
    codec_probability: float = 0.0
    silence_probability: float = 0.0

    def __call__(
        self, samples: Samples, seed: tuple[int, ...], sample_clip: ClipSampler | None = None
    ) -> Samples:
        """Augment a waveform; deterministic in `seed`.

        Each stage has its own random generator, so that a change to one stage of a recipe leaves
        the others as they were.

        Parameters
        ----------
        samples : NDArray[float32], shape (samples,)
            Waveform in [-1, 1] at 16 kHz.
        sample_clip : callable, optional
            Source of the voices of a babble; None disables babble.

        Returns
        -------
        NDArray[float32], shape (other samples,)
        """
        random = stage_generators(seed)
        samples = self._trim(samples, random[Stage.TRIM])
        samples = self._change_speed(samples, random[Stage.SPEED])
        samples = self._shift(samples, random[Stage.SHIFT])
        samples = self._add_room(samples, random[Stage.ROOM])
        samples = self._add_babble(samples, sample_clip, random[Stage.BABBLE])
        samples = self._add_noise(samples, random[Stage.NOISE])
        samples = self._add_microphone(samples, random[Stage.MICROPHONE])
        clipped = np.clip(samples, -1, 1)
        return np.clip(self._add_channel(clipped, random[Stage.CHANNEL]), -1, 1)

    def time_map(self, seed: tuple[int, ...]) -> tuple[float, int]:
        """Speed factor of the clip of this seed, and the samples of silence inserted before it."""
        random = stage_generators(seed)
        return self._speed_factor(random[Stage.SPEED]), int(self._padding(random[Stage.SHIFT])[0])

    def preserves_alignment(self) -> bool:
        """Whether `time_map` maps every instant of a clip to the augmented one."""
        return not (
            self.trim_db
            or self.edge_trim_probability
            or self.crop
            or self.max_seconds
            or self.silence_probability
        )

    def silences(self, seed: tuple[int, ...]) -> bool:
        """Whether the clip of this seed is replaced by room tone."""
        return bool(np.random.default_rng((*seed, 1)).random() < self.silence_probability)

    def _trim(self, samples: Samples, random: np.random.Generator) -> Samples:
        if self.trim_db:
            samples = trim(samples, self.trim_db)
        if self.edge_trim_probability and random.random() < self.edge_trim_probability:
            low_band = low_pass(samples, EDGE_TRIM_HERTZ)
            depth_db = random.uniform(*self.edge_trim_db)
            margin = int(random.integers(0, MARGIN_FRAMES, endpoint=True))
            samples = trim(samples, depth_db, margin, low_band)
        if self.crop:
            first, last = (random.uniform(0, self.crop, 2) * len(samples)).astype(int)
            samples = samples[first : len(samples) - last]
        if self.level_expansion:
            share = random.uniform(-self.level_expansion, self.level_expansion)
            samples = expand_level(samples, share)
        return samples

    def _change_speed(self, samples: Samples, random: np.random.Generator) -> Samples:
        slowest = min(len(samples) / self._max_samples, 1.0)
        rate = SAMPLE_RATE * max(self._speed_factor(random), slowest)
        return soxr.resample(samples, rate, SAMPLE_RATE, quality="QQ")

    @property
    def _max_samples(self) -> float:
        return self.max_seconds * SAMPLE_RATE or math.inf

    def _shift(self, samples: Samples, random: np.random.Generator) -> Samples:
        before, after = self._padding(random).tolist()
        if before + len(samples) + after > self._max_samples:
            return samples
        return np.pad(samples, (before, after))

    def _speed_factor(self, random: np.random.Generator) -> float:
        return random.uniform(1 - self.speed, 1 + self.speed)

    def _padding(self, random: np.random.Generator) -> NDArray[np.int64]:
        """Samples of silence before and after a clip; shape (2,)."""
        most = round(self.shift_seconds * SAMPLE_RATE)
        return random.integers(0, most, 2, endpoint=True)

    def _add_room(self, samples: Samples, random: np.random.Generator) -> Samples:
        if random.random() >= self.room_probability:
            return samples
        decay_seconds = random.uniform(*self.room_decay_seconds)
        return reverberate(samples, room_impulse_response(decay_seconds, random))

    def _add_babble(
        self, samples: Samples, sample_clip: ClipSampler | None, random: np.random.Generator
    ) -> Samples:
        if sample_clip is None or random.random() >= self.babble_probability:
            return samples
        voices = int(random.integers(*self.babble_voices, endpoint=True))
        noise = babble(len(samples), voices, sample_clip, random)
        return mix(samples, noise, random.uniform(*self.babble_snr_db))

    def _add_noise(self, samples: Samples, random: np.random.Generator) -> Samples:
        if random.random() < self.noise_probability:
            noise = coloured_noise(len(samples), random)
            samples = mix(samples, noise, random.uniform(*self.noise_snr_db))
        return samples * np.float32(10 ** (random.uniform(-self.gain_db, self.gain_db) / 20))

    def _add_microphone(self, samples: Samples, random: np.random.Generator) -> Samples:
        if not self.equaliser_db:
            return samples
        gains_db = random.uniform(-self.equaliser_db, self.equaliser_db, len(EQUALISER_HERTZ))
        return equalise(samples, gains_db)

    def _add_channel(self, samples: Samples, random: np.random.Generator) -> Samples:
        choice = random.random()
        if choice < self.telephone_probability:
            return telephone(samples)
        choice -= self.telephone_probability
        if choice < self.band_probability:
            return low_pass(samples, random.uniform(*self.band_hertz))
        choice -= self.band_probability
        if choice < self.codec_probability:
            codec = CODECS[str(random.choice(sorted(CODECS)))]
            return encode_decode(samples, codec, int(random.choice(codec.bits_per_second)))
        return samples
