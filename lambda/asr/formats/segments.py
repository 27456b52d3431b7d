"""Words to segments: stretches of speech that a reader of a transcript takes as one."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from asr.formats.subtitles import PAUSE_SECONDS

if TYPE_CHECKING:
    from asr.transcript import Word

SEGMENT_MAX_SECONDS = 30.0  # as long as Whisper's at most


def segments(words: "Sequence[Word]") -> "Iterator[tuple[Word, ...]]":
    """Break words, in order of time, at pauses, and where a segment would last too long.

    Every word is in one segment, and no segment is empty. A single word may last longer.
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
