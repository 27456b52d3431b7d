"""How the commands of training refuse what they cannot use: one line, and exit status 2.

A refusal is raised where it is known, and turned into an answer here alone.
"""

import inspect
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from pydantic import TypeAdapter, ValidationError

from asr.errors import AsrError

Arguments = ParamSpec("Arguments")
Made = TypeVar("Made")

REFUSED = 2  # the exit status; argparse's too


class InputError(Exception):
    """What a command was given cannot be used; `str(error)` is a sentence fit for the caller."""


# All else is a fault of ours, and keeps its traceback.
REFUSALS = (InputError, AsrError, OSError, tarfile.TarError)


def command(main: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """`main`, which now ends with a line on standard error and status 2 where it is refused."""

    @wraps(main)
    def answering(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        try:
            main(*arguments, **options)
        except REFUSALS as error:
            print(f"error: {_sentence(error)}", file=sys.stderr)
            raise SystemExit(REFUSED) from error

    return answering


@contextmanager
def about(subject: object) -> Iterator[None]:
    """Name the `subject` (a file, say) of a refusal that does not know it."""
    try:
        yield
    except REFUSALS as error:
        raise InputError(f"{subject}: {_sentence(error)}") from error


def check_members(
    subject: str, made: Callable[..., Any], members: Mapping[str, Any], *given: object
) -> None:
    """Raise InputError where `made(*given, **members)` would have one too many, or lack one."""
    try:
        inspect.signature(made).bind(*given, **members)
    except TypeError as error:
        raise InputError(f"{subject}: {error}") from error


def _sentence(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())


def checked(subject: str, made: type[Made], members: Mapping[str, Any]) -> Made:
    """The dataclass `made` of `members`, each turned into what its annotation says.

    Raises
    ------
    InputError
        Where one is too many, or missing, or of another type.
    """
    check_members(subject, made, members)
    try:
        return TypeAdapter(made).validate_python(dict(members))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"{subject}: {place}: {fault['msg']}") from error
