"""The Transcript, and every way to render it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word with its start and end in seconds, and the probability that it is right."""

    word: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class ModelIdentity:
    """Which model spoke; `sha256` is the digest of its manifest, fit for MODEL_SHA256.

    `decoder` is how its output became words.
    """

    name: str
    version: str
    sha256: str
    decoder: str = "greedy"


@dataclass(frozen=True)
class Timing:
    """What it took: milliseconds, and seconds of work to a second of audio."""

    decode_ms: float
    inference_ms: float
    real_time_factor: float
    cold_start: bool


@dataclass(frozen=True)
class Transcript:
    """What was said.

    Attributes
    ----------
    words : tuple of Word
        In the order spoken; none where nothing was.
    duration : float
        Seconds of audio.
    """

    words: tuple[Word, ...]
    duration: float
    model: ModelIdentity
    timing: Timing

    @property
    def text(self) -> str:
        """The words, one space apart."""
        return " ".join(word.word for word in self.words)

    @property
    def confidence(self) -> float | None:
        """Mean confidence of the words: the share of them expected to be right."""
        if not self.words:
            return None
        return round(sum(word.confidence for word in self.words) / len(self.words), 3)
