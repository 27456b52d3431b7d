"""The chain that a clip goes through before training hears it."""

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from asr.audio.audio import SAMPLE_RATE
from training.augment.channels import CODECS, OCTAVES, band_limit, equalise, recode, telephone
from training.augment.levels import MARGIN, expand, trim
from training.augment.noise import AnyVoice, babble, coloured_noise, mix
from training.augment.room_acoustics import response, reverberate

Samples = NDArray[np.float32]

CUT_HERTZ = 3800.0  # where level is looked at for a cut, as recordings at 8 kHz show it


@dataclass(frozen=True)
class WaveformAugmentation:
    """Strengths of what is done to one waveform.

    What is off by default is for recipes to switch on, as `recipes/separable_ctc_varied.yaml` and
    `recipes/keyword_gru.yaml` do. On one core, the default costs 0.45 ms a second of audio on
    average, the chain of the former 1.5 ms: 1/650 of real time.

    Attributes
    ----------
    speed : float
        Speed, and pitch with it, is drawn from 1 - speed to 1 + speed (Ko et al. 2015).
    trim_db : float
        What is quieter than a clip's loudest by so much is cut off its ends; 0 cuts nothing.
    cut_probability : float
        How often what is quieter below 4 kHz than a clip's loudest, by as much as `cut_db` (lowest,
        highest), is cut off its ends as well: words recorded one by one are trimmed by their level,
        and lose the fricatives that they begin and end with.
    crop : float
        Up to this share of a clip is cut off at either end, after trimming: clips of single words
        are often cut into the word.
    expansion : float
        Differences of level within a clip, in dB, grow by up to this share, or shrink: some people
        hiss an "s" 20 dB louder than others.
    shift_seconds : float
        Up to so much silence is put before a clip, and as much again after it.
    gain_db : float
        Level is drawn from -gain_db to +gain_db.
    noise_probability : float
        How often coloured noise is mixed in, at `noise_snr_db` (lowest, highest).
    room_probability : float
        How often it is heard in a room that decays by 60 dB in `room_decay_seconds`.
    babble_probability : float
        How often other people of the corpora, as many as `babble_voices`, talk behind, at
        `babble_snr_db`.
    equaliser_db : float
        Microphones differ: each octave is louder or softer by up to so much.
    telephone_probability, band_probability, codec_probability : float
        How often it has come by telephone, or without what is above some frequency of
        `band_hertz`, or through one of `CODECS`; at most one of these at a time.
    empty_probability : float
        How often a clip is replaced by an empty room, in which nothing is to be recognised.
    """

    speed: float = 0.1
    gain_db: float = 10.0
    noise_probability: float = 0.3
    noise_snr_db: tuple[float, float] = (8.0, 30.0)
    trim_db: float = 0.0
    cut_probability: float = 0.0
    cut_db: tuple[float, float] = (12.0, 40.0)
    crop: float = 0.0
    expansion: float = 0.0
    shift_seconds: float = 0.0
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
    empty_probability: float = 0.0

    def __call__(
        self, samples: Samples, seed: tuple[int, ...], draw: AnyVoice | None = None
    ) -> Samples:
        """Waveform (samples,) to an altered one; the same seed alters in the same way.

        Each stage draws from a generator of its own, so that a change to one stage of a recipe
        leaves the others as they were. `draw` gives the voices of a babble; without it there is
        none.
        """
        stages = _stages(seed)
        samples = self._articulated(samples, stages[6])
        samples = self._at_speed(samples, stages[0])
        samples = self._shifted(samples, stages[1])
        samples = self._in_a_room(samples, stages[2])
        samples = self._among_voices(samples, draw, stages[3])
        samples = self._in_noise(samples, stages[4])
        samples = self._through_a_microphone(samples, stages[7])
        return np.clip(self._transmitted(np.clip(samples, -1, 1), stages[5]), -1, 1)

    def timing(self, seed: tuple[int, ...]) -> tuple[float, int]:
        """How many times as fast the clip of this seed becomes, and the samples put before it."""
        stages = _stages(seed)
        return self._factor(stages[0]), int(self._edges(stages[1])[0])

    def keeps_timing(self) -> bool:
        """Whether `timing` is all that tells what becomes of a moment of a clip."""
        return not (self.trim_db or self.cut_probability or self.crop or self.empty_probability)

    def empties(self, seed: tuple[int, ...]) -> bool:
        """Whether the clip of this seed is to be replaced by an empty room."""
        return bool(np.random.default_rng((*seed, 1)).random() < self.empty_probability)

    def _articulated(self, samples: Samples, random: np.random.Generator) -> Samples:
        if self.trim_db:
            samples = trim(samples, self.trim_db)
        if self.cut_probability and random.random() < self.cut_probability:
            narrow, depth_db = band_limit(samples, CUT_HERTZ), random.uniform(*self.cut_db)
            margin = int(random.integers(0, MARGIN, endpoint=True))
            samples = trim(samples, depth_db, margin, narrow)
        if self.crop:
            first, last = (random.uniform(0, self.crop, 2) * len(samples)).astype(int)
            samples = samples[first : len(samples) - last]
        if self.expansion:
            samples = expand(samples, random.uniform(-self.expansion, self.expansion))
        return samples

    def _at_speed(self, samples: Samples, random: np.random.Generator) -> Samples:
        rate = SAMPLE_RATE * self._factor(random)
        return soxr.resample(samples, rate, SAMPLE_RATE, quality="QQ")

    def _factor(self, random: np.random.Generator) -> float:
        return random.uniform(1 - self.speed, 1 + self.speed)

    def _shifted(self, samples: Samples, random: np.random.Generator) -> Samples:
        return np.pad(samples, self._edges(random))

    def _edges(self, random: np.random.Generator) -> NDArray[np.int64]:
        """Samples of silence before a clip and after it; shape (2,)."""
        most = round(self.shift_seconds * SAMPLE_RATE)
        return random.integers(0, most, 2, endpoint=True)

    def _in_a_room(self, samples: Samples, random: np.random.Generator) -> Samples:
        if random.random() >= self.room_probability:
            return samples
        return reverberate(samples, response(random.uniform(*self.room_decay_seconds), random))

    def _among_voices(
        self, samples: Samples, draw: AnyVoice | None, random: np.random.Generator
    ) -> Samples:
        if draw is None or random.random() >= self.babble_probability:
            return samples
        fewest, most = self.babble_voices
        voices = int(random.integers(fewest, most, endpoint=True))
        others = babble(len(samples), voices, draw, random)
        return mix(samples, others, random.uniform(*self.babble_snr_db))

    def _in_noise(self, samples: Samples, random: np.random.Generator) -> Samples:
        if random.random() < self.noise_probability:
            noise = coloured_noise(len(samples), random)
            samples = mix(samples, noise, random.uniform(*self.noise_snr_db))
        return samples * np.float32(10 ** (random.uniform(-self.gain_db, self.gain_db) / 20))

    def _through_a_microphone(self, samples: Samples, random: np.random.Generator) -> Samples:
        if not self.equaliser_db:
            return samples
        gains = random.uniform(-self.equaliser_db, self.equaliser_db, len(OCTAVES))
        return equalise(samples, gains)

    def _transmitted(self, samples: Samples, random: np.random.Generator) -> Samples:
        drawn = random.random()
        if drawn < self.telephone_probability:
            return telephone(samples)
        drawn -= self.telephone_probability
        if drawn < self.band_probability:
            return band_limit(samples, random.uniform(*self.band_hertz))
        drawn -= self.band_probability
        if drawn < self.codec_probability:
            codec = CODECS[str(random.choice(sorted(CODECS)))]
            return recode(samples, codec, int(random.choice(codec.bits_per_second)))
        return samples


def _stages(seed: tuple[int, ...]) -> list[np.random.Generator]:
    """The generators of the stages, each of its own."""
    return np.random.default_rng(seed).spawn(8)
