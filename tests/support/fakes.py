"""Fakes of slow or optional programs: PocketSphinx, and a speech synthesiser."""

from contextlib import AbstractContextManager
from unittest import mock

import numpy as np
import soundfile

from training.synthesis.engines import ENGINES
from training.synthesis.plan import SynthesisPlan
from training.synthesis.voices import Engine, EngineCommand, Prosody, Voice

# "rms" is a held-out speaker.
VOICES = [Voice("tones", name, "", name) for name in ("anna", "ben", "rms")]
TEXT = [f"{a} {b} is {c}" for a in ("the", "one") for b in ("cat", "dog") for c in ("in", "out")]


class FakeDecoder:
    """A `pocketsphinx.Decoder` in which every character of a word lasts 0.1 s."""

    def set_align_text(self, text):
        if "unalignable" in text:
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
            yield FakeSegment(f"{word}(2)", frame, frame + 10 * len(word) - 1)
            frame += 10 * len(word)


class FakeSegment:
    def __init__(self, word, start_frame, end_frame):
        self.word, self.start_frame, self.end_frame = word, start_frame, end_frame


def tone_command(voice: Voice, prosody: Prosody, sentence: str, file) -> EngineCommand:
    """Write a tone of 1/20 s per character, surrounded by silence; some sentences fail."""
    if "mute" in sentence:
        return EngineCommand(["false"], "")
    if "slow" in sentence:
        return EngineCommand(["sleep", "5"], "")
    seconds = 20 if "endless" in sentence else len(sentence) / 20 / prosody.rate
    time = np.arange(round(seconds * 16_000)) / 16_000
    tone = np.sin(2 * np.pi * 200 * prosody.pitch * time)
    soundfile.write(file, 0.1 * np.pad(tone, (4000, 8000)), 16_000)
    return EngineCommand(["true"], "")


TONE_ENGINE = Engine("tones", "true", "no-package", 1.0, lambda: VOICES, tone_command)


def only_tone_engine() -> AbstractContextManager[object]:
    """Replace all synthesis engines by `TONE_ENGINE`."""
    return mock.patch.dict(ENGINES, {"tones": TONE_ENGINE}, clear=True)


def plan(*texts, seed=1, voices=VOICES[:2]):
    return SynthesisPlan(seed, voices, texts or TEXT)
