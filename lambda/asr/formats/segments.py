"""Segmentation of words at pauses, for the formats that have segments."""

from collections.abc import Iterator, Sequence

from asr.formats.subtitles import PAUSE_SECONDS
from asr.transcript import Word

SEGMENT_MAX_SECONDS = 30.0  # the longest of Whisper's segments


def segments(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    """Split words, in order of time, at pauses and before `SEGMENT_MAX_SECONDS` are exceeded.

    Every word is in exactly one segment, and no segment is empty. A single word may last longer.
    """
    first = 0
    for index in range(1, len(words)):
        silence = words[index].start - words[index - 1].end
        lasts = words[index].end - words[first].start
        if silence >= PAUSE_SECONDS or lasts > SEGMENT_MAX_SECONDS:
            yield tuple(words[first:index])
            first = index
    if words:
        yield tuple(words[first:])
