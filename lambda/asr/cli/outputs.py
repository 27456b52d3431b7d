"""What the command line does with a transcript, or with a file that failed."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from asr.cli import files
from asr.cli.files import Source
from asr.formats.registry import Rendering
from asr.transcript import Transcript


class Output(Protocol):
    """Takes what becomes of each file."""

    def heard(self, source: Source, transcript: Transcript) -> None:
        """Take a transcript; raises OSError where it cannot be kept."""
        ...

    def failed(self, source: Source, reason: str) -> None:
        """Take that there is none; it has been said on standard error."""
        ...


@dataclass(frozen=True)
class Page:
    """Transcripts on standard output, to be read: `headed` by the name of their file, or alone."""

    form: Rendering
    headed: bool

    def heard(self, source: Source, transcript: Transcript) -> None:
        """Print the transcript."""
        text = self.form.write(transcript).rstrip("\n")
        tqdm.write(f"==> {source.path} <==\n{text}\n" if self.headed else text)

    def failed(self, source: Source, reason: str) -> None:
        """Print nothing."""


@dataclass(frozen=True)
class Lines:
    """Objects on standard output, one a line, each with the name of its file."""

    form: Rendering

    def heard(self, source: Source, transcript: Transcript) -> None:
        """Print the transcript's members."""
        self._print(source, json.loads(self.form.write(transcript)))

    def failed(self, source: Source, reason: str) -> None:
        """Print the reason as `error`."""
        self._print(source, {"error": reason})

    def _print(self, source: Source, members: dict[str, Any]) -> None:
        line = {"file": str(source.path)} | members
        tqdm.write(json.dumps(line, ensure_ascii=False))


@dataclass(frozen=True)
class Folder:
    """A file for each transcript, as `files.targets` has them."""

    form: Rendering
    targets: Mapping[Source, Path]

    def heard(self, source: Source, transcript: Transcript) -> None:
        """Write the transcript's file, over an older one."""
        files.write(self.targets[source], self.form.write(transcript))

    def failed(self, source: Source, reason: str) -> None:
        """Write nothing."""


def complain(path: Path, reason: str) -> None:
    """Say on standard error, in one line, why a file has no transcript."""
    tqdm.write(f"{path}: {' '.join(reason.split())}", file=sys.stderr)
