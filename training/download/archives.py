"""Archives fetched, checked and unpacked, so that nothing is left of one that is not right."""

import hashlib
import shutil
import tarfile
import urllib.request
from pathlib import Path

from tqdm import tqdm

from training.errors import InputError

CHUNK_BYTES = 1024 * 1024
TIMEOUT = 60.0  # seconds without a byte


class ArchiveError(InputError):
    """An archive is not the published one, or would write outside of its folder."""


def fetch(address: str, file: Path) -> None:
    """Download `address` into `file`.

    Raises
    ------
    OSError
        If there is no way to it, or it breaks off.
    """
    with urllib.request.urlopen(address, timeout=TIMEOUT) as response, file.open("wb") as out:
        total = int(response.headers.get("Content-Length", 0))
        with tqdm.wrapattr(
            response, "read", total=total, desc=file.name, unit_divisor=1024
        ) as body:
            shutil.copyfileobj(body, out, CHUNK_BYTES)
    if total and file.stat().st_size != total:
        raise OSError(f"{address} broke off after {file.stat().st_size:,} of {total:,} bytes.")


def check(file: Path, digest: str) -> None:
    """Compare a file with "algorithm:hexadecimal digits".

    Raises
    ------
    ArchiveError
        If they differ, naming both digests.
    """
    algorithm, _, expected = digest.partition(":")
    with file.open("rb") as content:
        found = hashlib.file_digest(content, algorithm).hexdigest()
    if found != expected:
        raise ArchiveError(f"{file.name} has the {algorithm} {found}, published is {expected}.")


def unpack(file: Path, folder: Path) -> None:
    """Unpack the regular files of a tar archive into `folder`; links and devices are left out.

    Raises
    ------
    ArchiveError
        At the first file that would lie outside of `folder`.
    """
    with tarfile.open(file) as archive:
        for member in tqdm(archive, desc=f"unpacking {file.name}", unit="file"):
            if not member.isfile():
                continue
            path = (folder / member.name).resolve()
            if not path.is_relative_to(folder.resolve()):
                raise ArchiveError(f"{file.name} holds {member.name}, outside of its folder.")
            path.parent.mkdir(parents=True, exist_ok=True)
            content = archive.extractfile(member)
            assert content is not None  # a regular file has content
            with content, path.open("wb") as out:
                shutil.copyfileobj(content, out, CHUNK_BYTES)
