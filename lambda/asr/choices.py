"""Checks of option names and values, whose errors list what is allowed."""

import difflib
import reprlib
from collections.abc import Collection, Iterable

from asr.errors import MalformedRequestError

SIMILARITY_MIN = 0.5  # of difflib's ratio, 1 for equal names; `formatt` and `format` have 0.92


class OptionError(MalformedRequestError):
    """An option is missing, unknown or has an invalid value.

    Attributes
    ----------
    option : str
        Its name.
    """

    def __init__(self, option: str, detail: str) -> None:
        super().__init__(detail)
        self.option = option


def check_value(option: str, value: object, allowed: Collection[str]) -> str:
    """Return a value that is allowed; raises OptionError for any other."""
    if isinstance(value, str) and value in allowed:
        return value
    raise OptionError(
        option, f"{option} is {reprlib.repr(value)}, expected one of {', '.join(allowed)}"
    )


def check_names(given: Iterable[str], known: Collection[str], kind: str) -> None:
    """Check that all names are known; raises OptionError for the first that is not.

    Parameters
    ----------
    given, known : collections of str
    kind : str
        What the names are, for the message: `query parameter`.
    """
    for name in given:
        if name not in known:
            raise OptionError(name, unknown_name(name, known, kind))


def unknown_name(name: str, known: Collection[str], kind: str) -> str:
    """Message of `check_names` for a name that is not known."""
    found = f"unknown {kind} {reprlib.repr(name)}{suggestion(name, known)}"
    return f"{found}; expected one of {', '.join(known)}"


def suggestion(name: str, known: Collection[str]) -> str:
    """`, did you mean 'format'?` with the known name that is most similar; empty without one."""
    found = difflib.get_close_matches(name[:100].lower(), known, 1, SIMILARITY_MIN)
    return f", did you mean {found[0]!r}?" if found else ""
