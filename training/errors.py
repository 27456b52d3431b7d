"""Errors that a user can correct: bad input files, recipes and options."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager

from asr.errors import AsrError


class InputError(Exception):
    """Unusable input of a command; `str(error)` is the message to the user."""


# Any other exception is a bug and keeps its traceback.
USER_ERRORS = (InputError, AsrError, OSError, tarfile.TarError)


@contextmanager
def error_context(subject: object) -> Iterator[None]:
    """Prefix errors raised inside with `subject`, such as a file's name."""
    try:
        yield
    except USER_ERRORS as error:
        raise InputError(f"{subject}: {message(error)}") from error


def message(error: BaseException) -> str:
    """Return the text of `error` in one line, with the file's name of an operating system error."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())
