"""Output formats of a transcript: their media types, file suffixes and renderers."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from asr.choices import check_value
from asr.formats import amazon_transcribe, openai, subtitles
from asr.transcript import Transcript, Word, join_words, segments

JSON = "application/json"
# Formats of result files, then formats of HTTP responses and the command line.
FileFormat = Literal["json", "text", "srt", "vtt", "transcribe"]
Format = Literal[FileFormat, "verbose_json"]
# The members of a transcript's JSON object.
Members = Callable[[Transcript], dict[str, Any]]


@dataclass(frozen=True)
class OutputFormat:
    """An output format.

    Attributes
    ----------
    media_type : str
    suffix : str
        Of the file's name.
    render : callable
        Transcript to the content of a file.
    members : callable or None
        Transcript to the members of the JSON object; None if the format is not JSON.
    """

    media_type: str
    suffix: str
    render: Callable[[Transcript], str]
    members: Members | None = None


def to_json(transcript: Transcript, timestamps: bool = True) -> dict[str, Any]:
    """Members of the default format; `words` only with `timestamps`."""
    members: dict[str, Any] = {
        "transcript": transcript.text,
        "confidence": transcript.confidence,
        "duration": transcript.duration,
        "language": transcript.language,
    }
    if timestamps:
        members["words"] = [_word_members(word) for word in transcript.words]
    if transcript.channels:
        members["channels"] = list(transcript.channels)
    members["warnings"] = [asdict(warning) for warning in transcript.warnings]
    return members | {"model": asdict(transcript.model), "timing": asdict(transcript.timing)}


def _word_members(word: Word) -> dict[str, Any]:
    members = asdict(word)
    if word.channel is None:
        del members["channel"]
    return members


def _json_format(suffix: str, members: Members) -> OutputFormat:
    return OutputFormat(
        JSON,
        suffix,
        lambda transcript: json.dumps(members(transcript), ensure_ascii=False),
        members,
    )


def _text(transcript: Transcript) -> str:
    """The text in one line, or with a line for each segment of a channel."""
    if not transcript.channels:
        return transcript.text + "\n"
    spoken = segments(transcript.words)
    return "".join(f"[{words[0].channel}] {join_words(words)}\n" for words in spoken)


def _cues(transcript: Transcript) -> list[subtitles.Cue]:
    """Cues in order of time; those of two channels may overlap."""
    cues: list[subtitles.Cue] = []
    for channel in transcript.channels or (None,):
        words = [
            (word.punctuated_word, word.start, word.end)
            for word in transcript.words
            if word.channel == channel
        ]
        speaker = f"[{channel}] " if channel else ""
        cues += subtitles.make_cues(words, transcript.duration, speaker)
    return sorted(cues, key=lambda cue: cue.start)


FORMATS: dict[str, OutputFormat] = {
    "json": _json_format(".json", to_json),
    "text": OutputFormat("text/plain; charset=utf-8", ".txt", _text),
    "srt": OutputFormat(
        "application/x-subrip; charset=utf-8", ".srt", lambda t: subtitles.to_srt(_cues(t))
    ),
    "vtt": OutputFormat("text/vtt; charset=utf-8", ".vtt", lambda t: subtitles.to_vtt(_cues(t))),
    "verbose_json": _json_format(".verbose.json", openai.to_verbose_json),
    "transcribe": _json_format(".transcribe.json", amazon_transcribe.to_transcribe),
}


def get_format(name: str) -> OutputFormat:
    """Look up an output format by name.

    Raises
    ------
    MalformedRequestError
        If there is no format of this name.
    """
    return FORMATS[check_value("format", name, FORMATS)]
