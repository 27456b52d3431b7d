"""What is to be spoken, by whom and how: all of it drawn from a seed, before anything is said."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from training.synthesis.engines import ENGINES
from training.synthesis.voices import Manner, Voice

# How much rate, pitch and the size of the speaker may differ from the voice's own.
RATE, PITCH, SIZE = (0.8, 1.3), (0.8, 1.25), (0.88, 1.14)
PEAK = (0.1, 0.9)
EDGE_SECONDS = (0.05, 0.4)  # of silence then put at either end


@dataclass(frozen=True)
class Plan:
    """All that decides what is said: clip `n` of a plan is the same wherever it is made.

    `variation` is the share of `RATE`, `PITCH` and `SIZE` that is used: at 0 each voice speaks as
    it does by itself.
    """

    seed: int
    voices: Sequence[Voice]
    sentences: Sequence[str]
    variation: float = 1.0

    def identity(self) -> dict[str, float]:
        """What two plans must have in common for one to continue the other's corpus."""
        spoken = "\n".join([*self.sentences, *(voice.speaker for voice in self.voices)])
        crc32 = zlib.crc32(spoken.encode())
        return {"seed": self.seed, "crc32": crc32, "variation": self.variation}

    def factor(self, limits: tuple[float, float], random: np.random.Generator) -> float:
        """One of `RATE`, `PITCH` and `SIZE`, drawn."""
        return 1 + self.variation * (random.uniform(*limits) - 1)


@dataclass(frozen=True)
class Clip:
    """One sentence to be spoken; `size` is that of the speaker: formants fall as it grows."""

    file: str
    sentence: str
    voice: Voice
    manner: Manner
    size: float
    peak: float
    edges: tuple[float, float]


def draw(plan: Plan) -> Iterator[Clip]:
    """Clips without end: each sentence once, in random order, before any comes twice.

    An engine is drawn by its share, then one of its people, then one of that person's voices.
    """
    order = np.random.default_rng(plan.seed).permutation(len(plan.sentences))
    engines = sorted({voice.engine for voice in plan.voices})
    shares = np.array([ENGINES[name].share for name in engines])
    for index in count():
        random = np.random.default_rng((plan.seed, index))
        engine = str(random.choice(engines, p=shares / shares.sum()))
        of_engine = [voice for voice in plan.voices if voice.engine == engine]
        person = str(random.choice(sorted({voice.person for voice in of_engine})))
        of_person = [voice for voice in of_engine if voice.person == person]
        size = plan.factor(SIZE, random)
        yield Clip(
            file=f"{index:07d}.flac",
            sentence=plan.sentences[order[index % len(order)]],
            voice=of_person[random.integers(len(of_person))],
            manner=Manner(plan.factor(RATE, random) * size, plan.factor(PITCH, random) * size),
            size=size,
            peak=random.uniform(*PEAK),
            edges=(random.uniform(*EDGE_SECONDS), random.uniform(*EDGE_SECONDS)),
        )
