"""Speech synthesis engines and their voices, and the speakers held out for test sets."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

# Speakers of test sets, independent of the machine and the seed: a twelfth of the timbres of
# espeak-ng, and one or two speakers of each other engine.
HELD_OUT = frozenset(
    {"espeak-ng " + name for name in ("f2", "m3", "Alicia", "klatt4", "Michael", "linda", "victor")}
    | {"rms", "ked", "clb", "pico en-GB"}
)


@dataclass(frozen=True)
class Voice:
    """A voice of an engine.

    Attributes
    ----------
    engine, name, variant : str
        Names by which the engine selects the voice; `variant` may be empty.
    speaker : str
        The recorded speaker, who may have voices in several engines, or a timbre of espeak-ng,
        which has several accents. Test sets hold out speakers.
    """

    engine: str
    name: str
    variant: str
    speaker: str

    @property
    def identifier(self) -> str:
        """Value of the `speaker` column of a manifest."""
        return f"{self.engine}:{self.name}:{self.variant}"

    @property
    def held_out(self) -> bool:
        """Whether the voice is reserved for test sets."""
        return self.speaker in HELD_OUT


@dataclass(frozen=True)
class Prosody:
    """Speaking rate and pitch relative to the voice's own; not every voice has a variable pitch."""

    rate: float
    pitch: float


class EngineCommand(NamedTuple):
    """Arguments of a program, and its standard input."""

    arguments: list[str]
    stdin: str


@dataclass(frozen=True)
class Engine:
    """A speech synthesiser.

    Attributes
    ----------
    program, packages : str
        The program to find on the PATH, and the Debian packages of it and its voices.
    share : float
        Share of a corpus, relative to the other engines.
    voices : callable
        Lists the installed voices.
    command : callable
        From (voice, prosody, sentence, file) to the command that writes the sound file.
    """

    name: str
    program: str
    packages: str
    share: float
    voices: Callable[[], list[Voice]]
    command: Callable[[Voice, Prosody, str, Path], EngineCommand]

    def installed(self) -> bool:
        """Whether the program is on the PATH."""
        return shutil.which(self.program) is not None
