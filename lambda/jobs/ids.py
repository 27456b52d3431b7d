"""The names of jobs: ids that cannot be guessed, owners that tell nothing, and keys in S3."""

import hashlib
import hmac
import re
import secrets
import unicodedata

ID_BYTES = 16  # 128 bits from the system's random source
OWNER_CHARACTERS = 32  # 128 bits of a digest, in hexadecimal
ANONYMOUS = "anonymous"  # the one owner where the API asks for no key
FILE_NAME_BYTES = 200  # of a key's 1,024; what the batch function appends must fit too
EXTENSION_BYTES = 20  # longer ones are no extensions

_ID = re.compile(rf"[0-9a-f]{{{2 * ID_BYTES}}}")
_PUNCTUATION = " .-_()"


def new_id() -> str:
    """The id of a new job."""
    return secrets.token_hex(ID_BYTES)


def is_id(text: str) -> bool:
    """Whether `text` could be the id of a job."""
    return _ID.fullmatch(text) is not None


def owner(api_key_id: str | None, owner_key: str) -> str:
    """The caller's name in keys: a keyed hash (HMAC, RFC 2104) of the id of the API key.

    Keys show up in logs and listings, which need not tell whose they are.
    """
    if not api_key_id:
        return ANONYMOUS
    digest = hmac.new(owner_key.encode(), api_key_id.encode(), hashlib.sha256)
    return digest.hexdigest()[:OWNER_CHARACTERS]


def prefix(owner_name: str, job_id: str) -> str:
    """What the keys of all that belongs to a job begin with, in both buckets."""
    return f"jobs/{owner_name}/{job_id}/"


def ticket_key(owner_name: str, job_id: str) -> str:
    """Key of the ticket in the output bucket; results end in an extension, so none can be it."""
    return prefix(owner_name, job_id) + "ticket"


def input_key(owner_name: str, job_id: str, file_name: str) -> str:
    """Key of the upload in the input bucket."""
    return prefix(owner_name, job_id) + safe_file_name(file_name)


def safe_file_name(file_name: str) -> str:
    """A file name that is one segment of a key: letters and digits of any script, ` .-_()`.

    Folders before the name are dropped, all other characters become `_`, a leading dot or space is
    left out, and a long name loses the end of its stem. Never empty.
    """
    last = unicodedata.normalize("NFC", file_name).replace("\\", "/").rpartition("/")[2]
    name = "".join(character if _is_safe(character) else "_" for character in last)
    name = name.lstrip(" .").rstrip(" ") or "audio"
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > EXTENSION_BYTES:
        stem, dot, extension = name, "", ""
    room = FILE_NAME_BYTES - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + extension


def _is_safe(character: str) -> bool:
    # Marks as well: the vowels of many scripts are not letters of their own.
    return unicodedata.category(character)[0] in "LNM" or character in _PUNCTUATION
