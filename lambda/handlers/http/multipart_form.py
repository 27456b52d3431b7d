"""Parser of `multipart/form-data` bodies (RFC 7578)."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

import multipart

from asr.errors import MalformedRequestError, TooLargeError
from handlers.http.requests import MAX_BODY_BYTES

MEDIA_TYPE = "multipart/form-data"


@dataclass(frozen=True)
class Form:
    """Names and values of the fields, in their order; names may repeat."""

    fields: tuple[tuple[str, bytes], ...]

    def first(self, name: str) -> bytes | None:
        """First value of the field, or None."""
        return next((value for field, value in self.fields if field == name), None)

    def texts(self, names: Iterable[str]) -> list[str]:
        """All values of these fields, as text."""
        return [value.decode(errors="replace") for name, value in self.fields if name in names]


def parse_form(body: bytes, content_type: str) -> Form:
    """Parse a form.

    Parameters
    ----------
    body : bytes
        Up to `MAX_BODY_BYTES`; held in memory.
    content_type : str
        The header, which has the boundary.

    Raises
    ------
    MalformedRequestError
        If the body is not a complete form.
    TooLargeError
        If the body is larger.
    """
    if len(body) > MAX_BODY_BYTES:
        raise TooLargeError(f"the form has {len(body):,} bytes; the limit is {MAX_BODY_BYTES:,}")
    media_type, options = multipart.parse_options_header(content_type)
    if media_type != MEDIA_TYPE:
        raise MalformedRequestError(f"the content type is not {MEDIA_TYPE}")
    try:
        # With this limit no part is spooled to a file.
        parts = multipart.MultipartParser(
            BytesIO(body), options.get("boundary", ""), spool_limit=MAX_BODY_BYTES
        ).parts()
    except multipart.MultipartError as error:
        raise MalformedRequestError(f"invalid {MEDIA_TYPE} body: {error}") from error
    return Form(tuple((part.name, part.raw) for part in parts))
