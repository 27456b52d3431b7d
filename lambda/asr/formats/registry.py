"""Output formats of a transcript: their media types, file suffixes and writers."""

import json
import reprlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from asr.errors import MalformedRequestError
from asr.formats import amazon_transcribe, openai, subtitles
from asr.transcript import Transcript


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
    "transcribe": Rendering(JSON, ".transcribe.json", _as_json(amazon_transcribe.to_transcribe)),
}


def rendering(name: str) -> Rendering:
    """The form called `name`; raises MalformedRequestError where there is none."""
    if name not in FORMATS:
        raise MalformedRequestError(
            f"format {reprlib.repr(name)} is not one of {', '.join(FORMATS)}"
        )
    return FORMATS[name]
