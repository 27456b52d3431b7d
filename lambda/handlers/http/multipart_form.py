"""Parser of `multipart/form-data` bodies (RFC 7578)."""

import quopri
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from io import BytesIO

import multipart

from asr.choices import OptionError, check_value, suggestion
from asr.errors import MalformedRequestError, TooLargeError
from handlers.http.bodies import MAX_BODY_BYTES, decode_audio, decode_base64

MEDIA_TYPE = "multipart/form-data"
# Of a part (RFC 2045, 6); RFC 7578 deprecates the header, but mail libraries send it.
TRANSFER_ENCODINGS = ("7bit", "8bit", "binary", "base64", "quoted-printable")
_INDEX = re.compile(r"\[\d*\]$")


@dataclass(frozen=True)
class Form:
    """Names and values of the fields, in their order; names may repeat.

    A trailing `[]` or `[0]`, by which some libraries mark lists, is not part of a name.
    """

    fields: tuple[tuple[str, bytes], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names, each once."""
        return tuple(dict.fromkeys(name for name, _ in self.fields))

    def texts(self, name: str) -> list[str]:
        """All values of a field, as text."""
        return [value.decode(errors="replace") for field, value in self.fields if field == name]

    def audio(self, names: Collection[str]) -> bytes:
        """Content of the only field with one of these names; it may be a data URI.

        Raises
        ------
        OptionError
            If there is none, or more than one.
        InvalidBase64Error
            If it is a data URI that cannot be decoded.
        """
        found = [(name, value) for name, value in self.fields if name in names]
        expected = " or ".join(names)
        if not found:
            hints = (suggestion(name, names) for name in self.names)
            raise OptionError(
                next(iter(names)),
                f"the form has no field {expected} (the audio){next(filter(None, hints), '')}",
            )
        if len(found) > 1:
            raise OptionError(
                found[1][0],
                f"the form has {len(found)} fields {expected}, expected one recording per request",
            )
        ((_, content),) = found
        if content[:5].lower() == b"data:":  # no audio file begins with it
            return decode_audio(content.decode("latin-1"))
        return content


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
        If the body is not a complete form, or a part has an unknown transfer encoding.
    InvalidBase64Error
        If a part is declared as base64 but is not.
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
    return Form(tuple(_fields(parts)))


def _fields(parts: Iterable[multipart.MultipartPart]) -> Iterable[tuple[str, bytes]]:
    for part in parts:
        given = part.headers.get("Content-Transfer-Encoding") or "binary"
        encoding = check_value(
            "Content-Transfer-Encoding", given.strip().lower(), TRANSFER_ENCODINGS
        )
        yield base_name(part.name), _decoded(part.raw, encoding)


def base_name(name: str) -> str:
    """The name of a field or parameter without a trailing `[]` or `[0]`."""
    return _INDEX.sub("", name) or name


def _decoded(content: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return decode_base64(content.decode("latin-1"))
    if encoding == "quoted-printable":
        return quopri.decodestring(content)
    return content
