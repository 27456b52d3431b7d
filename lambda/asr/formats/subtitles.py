"""Subtitles: words with times to cues of readable length, SubRip and WebVTT (W3C)."""

import html
import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from asr.transcript import PAUSE_SECONDS

LINE_CHARACTERS = 42
CUE_LINES = 2
CUE_MAX_SECONDS = 7.0
CUE_MIN_SECONDS = 1.0  # shorter cues are unreadable; they are extended up to the next cue
CUE_SHORTEST_SECONDS = 0.001  # where words begin together; players skip a cue of no length
SENTENCE_MARKS = (".", "?", "!", "\u2026", "\u3002", "\uff1f", "\uff01", "\u0964", "\u061f")

# A word, and its start and end in seconds.
TimedWord = tuple[str, float, float]


@dataclass(frozen=True)
class Cue:
    """A subtitle shown from `start` to `end` seconds; `text` is one line, not yet wrapped."""

    text: str
    start: float
    end: float


def make_cues(
    words: Sequence[TimedWord], duration: float = math.inf, speaker: str = ""
) -> list[Cue]:
    """Split words, in order of time, into cues; none ends after `duration` seconds.

    Each cue begins with `speaker`.

    A cue has at most 2 lines of 42 characters, lasts at most 7 s, ends at a pause of
    `PAUSE_SECONDS`, or at the end of a sentence that fills a line, and does not overlap the next.
    """
    groups: list[Cue] = []
    for text, start, end in _pieces(words):
        if groups and _fits(groups[-1], text, start, end):
            groups[-1] = replace(groups[-1], text=f"{groups[-1].text} {text}", end=end)
        else:
            groups.append(Cue(f"{speaker}{text}", start, min(end, start + CUE_MAX_SECONDS)))
    limits = [cue.start for cue in groups[1:]] + [duration]
    return [_extended(cue, limit) for cue, limit in zip(groups, limits, strict=False)]


def to_srt(cues: Sequence[Cue]) -> str:
    """SubRip: numbered blocks, a comma before the milliseconds."""
    return "\n".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{_wrap(cue.text)}\n"
        for number, cue in enumerate(cues, start=1)
    )


def to_vtt(cues: Sequence[Cue]) -> str:
    """WebVTT: the header, then blocks with a point before the milliseconds, and escaped text."""
    blocks = (
        f"\n{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n"
        f"{html.escape(_wrap(cue.text), quote=False)}\n"
        for cue in cues
    )
    return "WEBVTT\n" + "".join(blocks)


def _pieces(words: Sequence[TimedWord]) -> Iterator[TimedWord]:
    """The words; one that is longer than a line is split into parts that share its time."""
    for text, start, end in words:
        parts = _lines(text)
        step = (end - start) / len(parts)
        for index, part in enumerate(parts):
            yield part, start + index * step, start + (index + 1) * step


def _fits(cue: Cue, text: str, start: float, end: float) -> bool:
    return (
        start - cue.end < PAUSE_SECONDS
        and end - cue.start <= CUE_MAX_SECONDS
        and not (len(cue.text) > LINE_CHARACTERS and cue.text.endswith(SENTENCE_MARKS))
        and len(_lines(f"{cue.text} {text}")) <= CUE_LINES
    )


def _extended(cue: Cue, limit: float) -> Cue:
    """Extend a short cue to `CUE_MIN_SECONDS`, but not past `limit`, the start of the next."""
    end = min(max(cue.end, cue.start + CUE_MIN_SECONDS), limit)
    return replace(cue, end=round(max(end, cue.start + CUE_SHORTEST_SECONDS), 3))


def _lines(text: str) -> list[str]:
    """Wrap at spaces only: a hyphen at the end of a line would be read as a part of the word."""
    return textwrap.wrap(text, LINE_CHARACTERS, break_on_hyphens=False)


def _wrap(text: str) -> str:
    return "\n".join(_lines(text))


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"
