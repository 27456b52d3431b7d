"""Random plan of a synthetic corpus: sentence, voice and prosody of each clip, from a seed."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from training.synthesis.engines import ENGINES
from training.synthesis.voices import Prosody, Voice

# Ranges relative to the voice: rate, pitch and vocal tract length.
RATE_RANGE, PITCH_RANGE, VOCAL_TRACT_RANGE = (0.8, 1.3), (0.8, 1.25), (0.88, 1.14)
PEAK_RANGE = (0.1, 0.9)
SILENCE_SECONDS = (0.05, 0.4)  # range of the silence added at either end


@dataclass(frozen=True)
class PlannedClip:
    """One sentence to synthesise.

    Attributes
    ----------
    file : str
        Name of the sound file.
    vocal_tract_scale : float
        Relative length of the vocal tract; formants fall as it grows.
    peak : float
        Peak amplitude.
    silence : (float, float)
        Seconds of silence before and after the speech.
    """

    file: str
    sentence: str
    voice: Voice
    prosody: Prosody
    vocal_tract_scale: float
    peak: float
    silence: tuple[float, float]


@dataclass(frozen=True)
class SynthesisPlan:
    """Parameters that determine every clip of a synthetic corpus, on any machine.

    Attributes
    ----------
    variation : float
        Share of `RATE_RANGE`, `PITCH_RANGE` and `VOCAL_TRACT_RANGE` that is used; at 0 each voice
        has its own prosody.
    """

    seed: int
    voices: Sequence[Voice]
    sentences: Sequence[str]
    variation: float = 1.0

    def identity(self) -> dict[str, float]:
        """Fingerprint; plans with the same one can continue each other's corpus."""
        content = "\n".join([*self.sentences, *(voice.identifier for voice in self.voices)])
        crc32 = zlib.crc32(content.encode())
        return {"seed": self.seed, "crc32": crc32, "variation": self.variation}

    def clips(self) -> Iterator[PlannedClip]:
        """Endless clips; every sentence occurs once, in random order, before any is repeated.

        An engine is sampled by its share, then one of its speakers, then one of the speaker's
        voices.
        """
        order = np.random.default_rng(self.seed).permutation(len(self.sentences))
        engines = sorted({voice.engine for voice in self.voices})
        shares = np.array([ENGINES[name].share for name in engines])
        for index in count():
            random = np.random.default_rng((self.seed, index))
            engine = str(random.choice(engines, p=shares / shares.sum()))
            of_engine = [voice for voice in self.voices if voice.engine == engine]
            speaker = str(random.choice(sorted({voice.speaker for voice in of_engine})))
            of_speaker = [voice for voice in of_engine if voice.speaker == speaker]
            scale = self._sample(VOCAL_TRACT_RANGE, random)
            yield PlannedClip(
                file=f"{index:07d}.flac",
                sentence=self.sentences[order[index % len(order)]],
                voice=of_speaker[random.integers(len(of_speaker))],
                prosody=Prosody(
                    self._sample(RATE_RANGE, random) * scale,
                    self._sample(PITCH_RANGE, random) * scale,
                ),
                vocal_tract_scale=scale,
                peak=random.uniform(*PEAK_RANGE),
                silence=(random.uniform(*SILENCE_SECONDS), random.uniform(*SILENCE_SECONDS)),
            )

    def _sample(self, limits: tuple[float, float], random: np.random.Generator) -> float:
        """Random factor within the share `variation` of `limits`."""
        return 1 + self.variation * (random.uniform(*limits) - 1)
