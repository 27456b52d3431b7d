"""Transcript sinks of the command line: text, JSON lines, a folder of files."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from asr.cli import files
from asr.cli.files import AudioFile
from asr.formats.registry import Members
from asr.transcript import Transcript


class TranscriptSink(Protocol):
    """Receives the result of each file."""

    def add_transcript(self, source: AudioFile, transcript: Transcript) -> None:
        """Write a transcript; raises OSError if it cannot be written."""
        ...

    def add_failure(self, source: AudioFile, reason: str) -> None:
        """Record that a file failed; the reason is already on standard error."""
        ...


@dataclass(frozen=True)
class TextSink:
    """Prints transcripts to standard output, optionally after lines with the files' names."""

    render: Callable[[Transcript], str]
    with_names: bool

    def add_transcript(self, source: AudioFile, transcript: Transcript) -> None:
        """Print the transcript."""
        text = self.render(transcript).rstrip("\n")
        tqdm.write(f"==> {source.path} <==\n{text}\n" if self.with_names else text)

    def add_failure(self, source: AudioFile, reason: str) -> None:
        """Print nothing."""


@dataclass(frozen=True)
class JsonLinesSink:
    """Prints one JSON object per line to standard output, with the file's name."""

    members: Members

    def add_transcript(self, source: AudioFile, transcript: Transcript) -> None:
        """Print the members of the transcript."""
        self._print(source, self.members(transcript))

    def add_failure(self, source: AudioFile, reason: str) -> None:
        """Print the reason as the member `error`."""
        self._print(source, {"error": reason})

    def _print(self, source: AudioFile, members: dict[str, Any]) -> None:
        line = {"file": str(source.path)} | members
        tqdm.write(json.dumps(line, ensure_ascii=False))


@dataclass(frozen=True)
class FolderSink:
    """Writes one file per transcript, to the paths of `files.output_paths`."""

    render: Callable[[Transcript], str]
    paths: Mapping[AudioFile, Path]

    def add_transcript(self, source: AudioFile, transcript: Transcript) -> None:
        """Write the transcript's file, replacing an existing one."""
        files.write_atomically(self.paths[source], self.render(transcript))

    def add_failure(self, source: AudioFile, reason: str) -> None:
        """Write nothing."""


def print_error(path: Path, reason: str) -> None:
    """Print one line to standard error: why a file has no transcript."""
    tqdm.write(f"{path}: {' '.join(reason.split())}", file=sys.stderr)
