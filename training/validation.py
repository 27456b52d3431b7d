"""Validation of arguments and dataclasses that come from files."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from training.errors import InputError

Made = TypeVar("Made")


def check_arguments(
    subject: str, made: Callable[..., Any], members: Mapping[str, Any], *given: object
) -> None:
    """Raise InputError where `made(*given, **members)` would have one too many, or lack one."""
    try:
        inspect.signature(made).bind(*given, **members)
    except TypeError as error:
        raise InputError(f"{subject}: {error}") from error


def validate_dataclass(subject: str, made: type[Made], members: Mapping[str, Any]) -> Made:
    """The dataclass `made` of `members`, each turned into what its annotation says.

    Raises
    ------
    InputError
        Where one is too many, or missing, or of another type.
    """
    check_arguments(subject, made, members)
    try:
        return TypeAdapter(made).validate_python(dict(members))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"{subject}: {place}: {fault['msg']}") from error
