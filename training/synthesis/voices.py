"""A voice of a free speech synthesiser, how it is asked to speak, and whom test sets keep."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

# Who speaks in test sets, on every machine and with every seed: a twelfth of espeak-ng's timbres,
# and one person or two of each other engine.
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
        As the engine calls them; `variant` may be empty.
    person : str
        Whose voice it is: some people are in several engines, and espeak-ng speaks with one
        timbre in several accents. This is what is held out.
    """

    engine: str
    name: str
    variant: str
    person: str

    @property
    def speaker(self) -> str:
        """The name in the `speaker` column of a manifest."""
        return f"{self.engine}:{self.name}:{self.variant}"

    @property
    def held_out(self) -> bool:
        """Whether it speaks in test sets only."""
        return self.person in HELD_OUT


@dataclass(frozen=True)
class Manner:
    """How a sentence is to be spoken, relative to how the voice speaks by itself.

    `rate` and `pitch` are asked of the engine; not every voice can change its pitch.
    """

    rate: float
    pitch: float


class Command(NamedTuple):
    """A program with its arguments, and what it reads from its standard input."""

    arguments: list[str]
    script: str


@dataclass(frozen=True)
class Engine:
    """A synthesiser.

    Attributes
    ----------
    program, packages : str
        What must be on the PATH, and the Debian packages that bring it and its voices.
    share : float
        How much of a corpus it speaks, relative to the others.
    voices : callable
        Lists what is installed.
    command : callable
        (voice, manner, sentence, file) to what writes the sound file.
    """

    name: str
    program: str
    packages: str
    share: float
    voices: Callable[[], list[Voice]]
    command: Callable[[Voice, Manner, str, Path], Command]

    def installed(self) -> bool:
        """Whether its program can be run here."""
        return shutil.which(self.program) is not None
