"""Download, checksum verification and safe extraction of corpus archives."""

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
    """An archive is not the published one, has another layout, or is unsafe to extract."""


def fetch(url: str, file: Path) -> None:
    """Download `url` to `file`.

    Raises
    ------
    OSError
        If the server cannot be reached, or the connection ends early.
    """
    with urllib.request.urlopen(url, timeout=TIMEOUT) as response, file.open("wb") as out:
        total = int(response.headers.get("Content-Length", 0))
        with tqdm.wrapattr(
            response, "read", total=total, desc=file.name, unit_divisor=1024
        ) as body:
            shutil.copyfileobj(body, out, CHUNK_BYTES)
    if total and file.stat().st_size != total:
        raise OSError(
            f"{url}: the connection ended after {file.stat().st_size:,} of {total:,} bytes"
        )


def verify(file: Path, checksum: str) -> None:
    """Verify a checksum of the form "algorithm:hexadecimal digits".

    Raises
    ------
    ArchiveError
        If the file has another checksum.
    """
    algorithm, _, expected = checksum.partition(":")
    with file.open("rb") as content:
        found = hashlib.file_digest(content, algorithm).hexdigest()
    if found != expected:
        raise ArchiveError(f"{file.name}: {algorithm} is {found}, the published one is {expected}")


def unpack(file: Path, folder: Path) -> None:
    """Extract a tar archive into `folder`.

    Raises
    ------
    ArchiveError
        If a member has an absolute path, would be written outside of `folder`, links outside of
        it, or is a device.
    tarfile.TarError
        If the file is not a tar archive.
    """
    try:
        with tarfile.open(file) as archive:
            members = tqdm(archive, desc=f"extracting {file.name}", unit="file")
            archive.extractall(folder, members, filter=_relative_data)
    except tarfile.FilterError as error:
        raise ArchiveError(f"{file.name} is unsafe to extract: {error}") from error


def _relative_data(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """The `data` filter (PEP 706), which would strip the root of an absolute path."""
    if member.name.startswith("/"):
        raise tarfile.AbsolutePathError(member)
    return tarfile.data_filter(member, folder)
