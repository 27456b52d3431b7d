"""Forms that programs post: the fields of a `multipart/form-data` body (RFC 7578)."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

import multipart

from asr.errors import MalformedRequestError, TooLargeError
from handlers.http.requests import MAX_BODY_BYTES

MEDIA_TYPE = "multipart/form-data"


@dataclass(frozen=True)
class Form:
    """Names and contents of the fields, in the order sent; a name may come more than once."""

    fields: tuple[tuple[str, bytes], ...]

    def content(self, name: str) -> bytes | None:
        """The first content of that name, if there is one."""
        return next((content for given, content in self.fields if given == name), None)

    def texts(self, names: Iterable[str]) -> list[str]:
        """All contents of these names, as text."""
        return [content.decode(errors="replace") for name, content in self.fields if name in names]


def read(body: bytes, content_type: str) -> Form:
    """Take a form apart.

    Parameters
    ----------
    body : bytes
        Up to `MAX_BODY_BYTES`; all of it is held in memory.
    content_type : str
        The header, which names the boundary.

    Raises
    ------
    MalformedRequestError
        If it is not such a form, or ends before its end.
    TooLargeError
        If there is more of it.
    """
    if len(body) > MAX_BODY_BYTES:
        raise TooLargeError(
            f"A request may hold {MAX_BODY_BYTES:,} bytes, and this one holds more."
        )
    media_type, options = multipart.parse_options_header(content_type)
    if media_type != MEDIA_TYPE:
        raise MalformedRequestError(f"the body is not declared as {MEDIA_TYPE}")
    try:
        # No part is so large that it would go to a file.
        parts = multipart.MultipartParser(
            BytesIO(body), options.get("boundary", ""), spool_limit=MAX_BODY_BYTES
        ).parts()
    except multipart.MultipartError as error:
        raise MalformedRequestError(f"the form cannot be read: {error}") from error
    return Form(tuple((part.name, part.raw) for part in parts))
