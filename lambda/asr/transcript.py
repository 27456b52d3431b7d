"""The Transcript, and every way to render it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from asr import subtitles
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
    """Which model spoke; `sha256` is the digest of its manifest, fit for MODEL_SHA256."""

    name: str
    version: str
    sha256: str


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


def to_verbose_json(transcript: Transcript) -> dict[str, Any]:
    """The members of OpenAI's `verbose_json`: text, words, and segments broken at pauses."""
    return {
        "task": "transcribe",
        "language": "english",
        "duration": transcript.duration,
        "text": transcript.text,
        "words": [
            {"word": word.word, "start": word.start, "end": word.end} for word in transcript.words
        ],
        "segments": [
            {"id": index, "start": cue.start, "end": cue.end, "text": cue.text}
            for index, cue in enumerate(_cues(transcript))
        ],
    }


def _cues(transcript: Transcript) -> list[subtitles.Cue]:
    words = [(word.word, word.start, word.end) for word in transcript.words]
    return subtitles.cues(words, transcript.duration)


@dataclass(frozen=True)
class Rendering:
    """One form of a transcript: its media type, and how to write it."""

    media_type: str
    write: Callable[[Transcript], str]


def _json_text(members: dict[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False)


FORMATS: dict[str, Rendering] = {
    "json": Rendering("application/json", lambda t: _json_text(to_json(t))),
    "text": Rendering("text/plain; charset=utf-8", lambda t: t.text + "\n"),
    "srt": Rendering("application/x-subrip; charset=utf-8", lambda t: subtitles.to_srt(_cues(t))),
    "vtt": Rendering("text/vtt; charset=utf-8", lambda t: subtitles.to_vtt(_cues(t))),
    "verbose_json": Rendering("application/json", lambda t: _json_text(to_verbose_json(t))),
}


def rendering(name: str) -> Rendering:
    """The form called `name`; raises MalformedRequestError where there is none."""
    if name not in FORMATS:
        raise MalformedRequestError(f"format {name!r} is not one of {', '.join(FORMATS)}")
    return FORMATS[name]
