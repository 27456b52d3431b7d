"""Unguessable job ids, pseudonymous owners and S3 keys of jobs."""

import hashlib
import hmac
import re
import secrets
import unicodedata

ID_BYTES = 16  # 128 bits of the system's random source
OWNER_CHARACTERS = 32  # 128 bits of a digest, in hexadecimal
ANONYMOUS = "anonymous"  # owner of all jobs if the API requires no key
FILE_NAME_BYTES = 200  # of the 1,024 of an S3 key, with room for the suffixes of results
EXTENSION_BYTES = 20  # longer suffixes are not extensions

_ID = re.compile(rf"[0-9a-f]{{{2 * ID_BYTES}}}")
_PUNCTUATION = " .-_()"


def new_id() -> str:
    """Generate the id of a job."""
    return secrets.token_hex(ID_BYTES)


def is_id(text: str) -> bool:
    """Whether `text` has the form of a job id."""
    return _ID.fullmatch(text) is not None


def owner(api_key_id: str | None, owner_key: str) -> str:
    """Owner of jobs in S3 keys: a keyed hash (HMAC, RFC 2104) of the id of the API key.

    S3 keys appear in logs and listings, which must not identify the caller.
    """
    if not api_key_id:
        return ANONYMOUS
    digest = hmac.new(owner_key.encode(), api_key_id.encode(), hashlib.sha256)
    return digest.hexdigest()[:OWNER_CHARACTERS]


def prefix(owner_name: str, job_id: str) -> str:
    """Prefix of all keys of a job, in both buckets."""
    return f"jobs/{owner_name}/{job_id}/"


def ticket_key(owner_name: str, job_id: str) -> str:
    """Key of the ticket in the output bucket; no collision: keys of results have an extension."""
    return prefix(owner_name, job_id) + "ticket"


def vocabulary_key(owner_name: str, job_id: str) -> str:
    """Key of the vocabulary file in the output bucket."""
    return prefix(owner_name, job_id) + "vocabulary"


def input_key(owner_name: str, job_id: str, file_name: str) -> str:
    """Key of the upload in the input bucket."""
    return prefix(owner_name, job_id) + safe_file_name(file_name)


def safe_file_name(file_name: str) -> str:
    """Sanitise a file name to one segment of a key: letters and digits of any script, ` .-_()`.

    Folders and leading dots or spaces are removed, other characters become `_`, and the stem of a
    long name is truncated. The result is never empty.
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
    # Includes marks: vowel signs of many scripts are not letters.
    return unicodedata.category(character)[0] in "LNM" or character in _PUNCTUATION
