"""The Transcript, and every way to render it."""

import json
import reprlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from asr import amazon, openai, subtitles
from asr.errors import MalformedRequestError


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


def to_json(transcript: Transcript, timestamps: bool = True) -> dict[str, Any]:
    """The members of the default answer; `words` only with `timestamps`."""
    answer: dict[str, Any] = {
        "transcript": transcript.text,
        "confidence": transcript.confidence,
        "duration": transcript.duration,
    }
    if timestamps:
        answer["words"] = [asdict(word) for word in transcript.words]
    return answer | {"model": asdict(transcript.model), "timing": asdict(transcript.timing)}


def _cues(transcript: Transcript) -> list[subtitles.Cue]:
    words = [(word.word, word.start, word.end) for word in transcript.words]
    return subtitles.cues(words, transcript.duration)


@dataclass(frozen=True)
class Rendering:
    """One form of a transcript: its media type, its file's suffix, and how to write it."""

    media_type: str
    suffix: str
    write: Callable[[Transcript], str]

    @property
    def is_json(self) -> bool:
        """Whether what is written is a JSON object."""
        return self.media_type == JSON


def _as_json(members: Callable[[Transcript], dict[str, Any]]) -> Callable[[Transcript], str]:
    return lambda transcript: json.dumps(members(transcript), ensure_ascii=False)


JSON = "application/json"
FORMATS: dict[str, Rendering] = {
    "json": Rendering(JSON, ".json", _as_json(to_json)),
    "text": Rendering("text/plain; charset=utf-8", ".txt", lambda t: t.text + "\n"),
    "srt": Rendering(
        "application/x-subrip; charset=utf-8", ".srt", lambda t: subtitles.to_srt(_cues(t))
    ),
    "vtt": Rendering("text/vtt; charset=utf-8", ".vtt", lambda t: subtitles.to_vtt(_cues(t))),
    "verbose_json": Rendering(JSON, ".verbose.json", _as_json(openai.to_verbose_json)),
    "transcribe": Rendering(JSON, ".transcribe.json", _as_json(amazon.to_transcribe)),
}


def rendering(name: str) -> Rendering:
    """The form called `name`; raises MalformedRequestError where there is none."""
    if name not in FORMATS:
        raise MalformedRequestError(
            f"format {reprlib.repr(name)} is not one of {', '.join(FORMATS)}"
        )
    return FORMATS[name]
