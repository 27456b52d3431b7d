"""What stands in for programs that are slow or may not be here: an aligner and a synthesiser."""

from contextlib import AbstractContextManager
from unittest import mock

import numpy as np
import soundfile

from training.synthesis.engines import ENGINES
from training.synthesis.plan import Plan
from training.synthesis.voices import Command, Engine, Voice

PEOPLE = [Voice("singer", name, "", name) for name in ("anna", "ben", "rms")]  # rms is held out
TEXT = [f"{a} {b} is {c}" for a in ("the", "one") for b in ("cat", "dog") for c in ("in", "out")]


class Aligner:
    """Stands in for PocketSphinx: every word lasts as many tenths of a second as it has letters."""

    def set_align_text(self, text):
        if "unheard" in text:
            raise RuntimeError("Failed to set up alignment")
        self.words = text.split()

    def start_utt(self):
        pass

    def process_raw(self, raw, full_utt):
        assert full_utt
        self.samples = np.frombuffer(raw, np.int16)

    def end_utt(self):
        pass

    def seg(self):
        frame = 0
        for word in self.words:
            yield Segment(f"{word}(2)", frame, frame + 10 * len(word) - 1)
            frame += 10 * len(word)


class Segment:
    def __init__(self, word, start_frame, end_frame):
        self.word, self.start_frame, self.end_frame = word, start_frame, end_frame


def sing(voice, manner, sentence, file):
    """An engine of its own kind: a tone of 1/20 s a character, in silence, written at once."""
    if "mute" in sentence:
        return Command(["false"], "")
    if "slow" in sentence:
        return Command(["sleep", "5"], "")
    seconds = 20 if "endless" in sentence else len(sentence) / 20 / manner.rate
    time = np.arange(round(seconds * 16_000)) / 16_000
    tone = np.sin(2 * np.pi * 200 * manner.pitch * time)
    soundfile.write(file, 0.1 * np.pad(tone, (4000, 8000)), 16_000)
    return Command(["true"], "")


SINGER = Engine("singer", "true", "nothing", 1.0, lambda: PEOPLE, sing)


def only_singer() -> AbstractContextManager[object]:
    """The only engine that there is, is the singer."""
    return mock.patch.dict(ENGINES, {"singer": SINGER}, clear=True)


def plan(*texts, seed=1, voices=PEOPLE[:2]):
    return Plan(seed, voices, texts or TEXT)
