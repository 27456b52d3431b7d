"""Validation of arguments and dataclasses that come from files."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from training.errors import InputError

Instance = TypeVar("Instance")


def check_arguments(
    subject: str, target: Callable[..., Any], arguments: Mapping[str, Any], *given: object
) -> None:
    """Check that `target(*given, **arguments)` has every argument it needs and no other.

    Raises
    ------
    InputError
        If an argument is missing or unknown; the message starts with `subject`.
    """
    try:
        inspect.signature(target).bind(*given, **arguments)
    except TypeError as error:
        raise InputError(f"{subject}: {error}") from error


def validate_dataclass(subject: str, kind: type[Instance], members: Mapping[str, Any]) -> Instance:
    """Construct the dataclass `kind`, with each member converted to its annotated type.

    Raises
    ------
    InputError
        If a member is missing, unknown or of another type; the message starts with `subject`.
    """
    check_arguments(subject, kind, members)
    try:
        return TypeAdapter(kind).validate_python(dict(members))
    except ValidationError as error:
        first = error.errors()[0]
        location = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{subject}: {location}: {first['msg']}") from error
