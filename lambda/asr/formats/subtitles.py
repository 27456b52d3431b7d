"""Words with times to subtitles: SubRip and WebVTT (W3C), in cues that can be read."""

import html
import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

LINE_CHARACTERS = 42
CUE_LINES = 2
CUE_MAX_SECONDS = 7.0
CUE_MIN_SECONDS = 1.0  # a shorter flash cannot be read; it stays on while nothing follows
PAUSE_SECONDS = 0.8  # silence that ends a cue

# A word, and its start and end in seconds.
TimedWord = tuple[str, float, float]


@dataclass(frozen=True)
class Cue:
    """What is shown from `start` to `end` seconds; `text` is one line, not yet wrapped."""

    text: str
    start: float
    end: float


def cues(words: Sequence[TimedWord], duration: float = math.inf) -> list[Cue]:
    """Break words, in order of time, into cues; none ends after `duration` seconds.

    A cue has at most 2 lines of 42 characters, lasts at most 7 s, ends at a pause, and never
    overlaps the next.
    """
    groups: list[Cue] = []
    for text, start, end in _pieces(words):
        if groups and _fits(groups[-1], text, start, end):
            groups[-1] = replace(groups[-1], text=f"{groups[-1].text} {text}", end=end)
        else:
            groups.append(Cue(text, start, min(end, start + CUE_MAX_SECONDS)))
    limits = [cue.start for cue in groups[1:]] + [duration]
    return [_linger(cue, limit) for cue, limit in zip(groups, limits, strict=False)]


def to_srt(shown: Sequence[Cue]) -> str:
    """SubRip: numbered blocks, comma before the milliseconds."""
    return "\n".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{_wrap(cue.text)}\n"
        for number, cue in enumerate(shown, start=1)
    )


def to_vtt(shown: Sequence[Cue]) -> str:
    """WebVTT: the header, then blocks with a point before the milliseconds, text escaped."""
    blocks = (
        f"\n{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n"
        f"{html.escape(_wrap(cue.text), quote=False)}\n"
        for cue in shown
    )
    return "WEBVTT\n" + "".join(blocks)


def _pieces(words: Sequence[TimedWord]) -> Iterator[TimedWord]:
    """Words as they are, but one longer than a line in parts that share its time."""
    for text, start, end in words:
        parts = _lines(text)
        step = (end - start) / len(parts)
        for index, part in enumerate(parts):
            yield part, start + index * step, start + (index + 1) * step


def _fits(cue: Cue, text: str, start: float, end: float) -> bool:
    return (
        start - cue.end < PAUSE_SECONDS
        and end - cue.start <= CUE_MAX_SECONDS
        and len(_lines(f"{cue.text} {text}")) <= CUE_LINES
    )


def _linger(cue: Cue, limit: float) -> Cue:
    """Keep a short cue on, but not beyond `limit` seconds, where the next or nothing follows."""
    return replace(cue, end=round(min(max(cue.end, cue.start + CUE_MIN_SECONDS), limit), 3))


def _lines(text: str) -> list[str]:
    """Break at spaces only: a line that ends in a hyphen would be read as a word of its own."""
    return textwrap.wrap(text, LINE_CHARACTERS, break_on_hyphens=False)


def _wrap(text: str) -> str:
    return "\n".join(_lines(text))


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"
