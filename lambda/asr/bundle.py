"""Model bundles: fetch a bundle from a directory or S3, and verify its digests.

A bundle is a directory or an S3 prefix that holds `manifest.json`, one TorchScript file and
optionally a language model, which is read when a beam search first needs it. Loading TorchScript
executes code from the file, so its digest is checked first; the manifest's own digest can be
pinned, so that a writer to the bucket cannot exchange both.
"""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from asr import manifest
from asr.errors import ModelUnavailableError
from asr.manifest import MANIFEST, LanguageModel, Manifest, ModelFile
from asr.memory_file import MemoryFile

EMBEDDED = Path(__file__).parents[2] / "model_artifacts" / "default"
S3_SCHEME = "s3://"
COPY_BYTES = 4 * 2**20  # at a time

# Copies one file of a bundle, by its name, to an open file; raises ModelUnavailableError.
FileReader = Callable[[str, BinaryIO], None]


@dataclass(frozen=True, eq=False)
class Bundle:
    """A verified bundle.

    Attributes
    ----------
    manifest : Manifest
    sha256 : str
        Digest of the manifest, which holds the digests of the other files.
    model : MemoryFile
        The TorchScript file.
    read_file : callable
        Reads and verifies another file of the manifest; raises ModelUnavailableError.
    """

    manifest: Manifest
    sha256: str
    model: MemoryFile
    read_file: Callable[[ModelFile | LanguageModel], bytes]


def load(uri: str = "", sha256: str = "") -> Bundle:
    """Fetch and verify a bundle.

    Parameters
    ----------
    uri : str
        `s3://bucket/prefix/` or a directory; empty means the embedded default.
    sha256 : str
        Digest expected of the manifest; empty accepts any.

    Raises
    ------
    ModelUnavailableError
        If a file is missing or altered, or the manifest does not fit the schema.
    """
    read = _s3_reader(uri) if uri.startswith(S3_SCHEME) else _path_reader(Path(uri or EMBEDDED))
    content = _read(read, MANIFEST)
    digest = _check_digest(MANIFEST, hashlib.sha256(content).hexdigest(), sha256)
    parsed = manifest.parse(content)
    model = MemoryFile(partial(read, parsed.model.file))
    _check_digest(parsed.model.file, model.sha256(), parsed.model.sha256)
    return Bundle(parsed, digest, model, partial(_read_verified, read))


def _read_verified(read: FileReader, entry: ModelFile | LanguageModel) -> bytes:
    content = _read(read, entry.file)
    _check_digest(entry.file, hashlib.sha256(content).hexdigest(), entry.sha256)
    return content


def _read(read: FileReader, name: str) -> bytes:
    content = BytesIO()
    read(name, content)
    return content.getvalue()


def _check_digest(name: str, found: str, expected: str) -> str:
    if expected and found != expected:
        raise ModelUnavailableError(f"{name} has sha256 {found}, expected {expected}")
    return found


def _path_reader(directory: Path) -> FileReader:
    def read(name: str, out: BinaryIO) -> None:
        try:
            with (directory / name).open("rb") as file:
                shutil.copyfileobj(file, out, COPY_BYTES)
        except OSError as error:
            raise ModelUnavailableError(
                f"cannot read {name} of the model bundle: {error.strerror}"
            ) from error

    return read


def _s3_reader(uri: str) -> FileReader:
    """Read objects under `uri` into memory, in parallel parts; nothing is written to disk."""
    # Imported here: half a second of a cold start, needed only if the model is not embedded.
    import boto3  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from s3transfer.exceptions import RetriesExceededError  # noqa: PLC0415

    bucket, _, prefix = uri.removeprefix(S3_SCHEME).partition("/")
    client = boto3.client("s3")

    def read(name: str, out: BinaryIO) -> None:
        key = f"{prefix.rstrip('/')}/{name}".lstrip("/")
        try:
            client.download_fileobj(bucket, key, out)
        except (BotoCoreError, ClientError, RetriesExceededError) as error:
            raise ModelUnavailableError(
                f"cannot read {name} from {S3_SCHEME}{bucket}/{key}: {error}"
            ) from error

    return read
