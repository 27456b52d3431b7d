"""Transcript of a recording: words with times and confidences, the model, the timing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word, its start and end in seconds, and the calibrated probability that it is correct."""

    word: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class ModelIdentity:
    """The model and the decoder that made a transcript.

    Attributes
    ----------
    name, version : str
        As in the manifest.
    sha256 : str
        Digest of the manifest, as MODEL_SHA256 takes it.
    decoder : str
        `greedy` or `beam`.
    """

    name: str
    version: str
    sha256: str
    decoder: str = "greedy"


@dataclass(frozen=True)
class Timing:
    """Processing time.

    Attributes
    ----------
    decode_ms, inference_ms : float
        Milliseconds of audio decoding, and of recognition.
    real_time_factor : float
        Seconds of processing per second of audio.
    cold_start : bool
        True for the first transcript of a process.
    """

    decode_ms: float
    inference_ms: float
    real_time_factor: float
    cold_start: bool


@dataclass(frozen=True)
class Transcript:
    """The words of a recording.

    Attributes
    ----------
    words : tuple of Word
        In order of time; empty if there is no speech.
    duration : float
        Seconds of audio.
    model : ModelIdentity
    timing : Timing
    """

    words: tuple[Word, ...]
    duration: float
    model: ModelIdentity
    timing: Timing

    @property
    def text(self) -> str:
        """The words, separated by single spaces."""
        return " ".join(word.word for word in self.words)

    @property
    def confidence(self) -> float | None:
        """Mean confidence of the words, the expected share of correct words; None without words."""
        if not self.words:
            return None
        return round(sum(word.confidence for word in self.words) / len(self.words), 3)
