"""Warnings about audio that was read, but not as it is: a closed list of codes.

A fault that leaves something to transcribe is no error (`asr.errors`). It is stated beside the
transcript: member `warnings` in JSON, standard error of the command line, a line on the page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

WarningCode = Literal[
    "truncated",
    "unread",
    "damaged",
    "gap",
    "clipped",
    "not_finite",
    "downmix_cancelled",
    "second_track",
]

# Meaning of each code, for the documents.
WARNING_CODES: dict[WarningCode, str] = {
    "truncated": "the file ends before its header says; the rest is missing",
    "unread": "bytes of the file could not be read as audio, and were left out",
    "damaged": "parts of the stream could not be decoded, and were skipped",
    "gap": "the timestamps have gaps, which were filled with silence or, if too long, left out",
    "clipped": "many samples are at full scale; the recording level was too high",
    "not_finite": "samples that are NaN, infinite or absurdly large were replaced by zero",
    "downmix_cancelled": "channels are in anti-phase; they were aligned before they were added",
    "second_track": "the file has other sound tracks; the option `track` chooses one",
}


@dataclass(frozen=True)
class AudioWarning:
    """A warning: its code, and what was found in this file."""

    code: WarningCode
    detail: str


class WarningLog:
    """Collects warnings while audio is read; of each code, the last detail counts."""

    def __init__(self) -> None:
        self._details: dict[WarningCode, str] = {}

    def add(self, code: WarningCode, detail: str) -> None:
        """Add a warning, or replace the detail of an earlier one of this code."""
        self._details[code] = detail

    def __iter__(self) -> Iterator[AudioWarning]:
        """The warnings, in the order of their first occurrence."""
        return (AudioWarning(code, detail) for code, detail in self._details.items())
