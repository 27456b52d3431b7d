"""Model bundles: fetch a bundle from a directory or S3, and verify its digests.

A bundle is a directory or an S3 prefix that holds `manifest.json`, one TorchScript file and
optionally a language model, which is read when a beam search first needs it. Loading TorchScript
executes code from the file, so its digest is checked first; the manifest's own digest can be
pinned, so that a writer to the bucket cannot exchange both.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

from asr import manifest
from asr.errors import ModelUnavailableError
from asr.manifest import MANIFEST, LanguageModel, Manifest, ModelFile

EMBEDDED = Path(__file__).parents[2] / "model_artifacts" / "default"
S3_SCHEME = "s3://"

# Reads one file of a bundle by its name; raises ModelUnavailableError.
FileReader = Callable[[str], bytes]


@dataclass(frozen=True, eq=False)
class Bundle:
    """A verified bundle.

    Attributes
    ----------
    manifest : Manifest
    sha256 : str
        Digest of the manifest, which holds the digests of the other files.
    model : bytes
        The TorchScript file.
    read_file : callable
        Reads and verifies another file of the manifest; raises ModelUnavailableError.
    """

    manifest: Manifest
    sha256: str
    model: bytes
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
    content = read(MANIFEST)
    digest = _check_digest(MANIFEST, content, sha256)
    parsed = manifest.parse(content)
    model = _read_verified(read, parsed.model)
    return Bundle(parsed, digest, model, partial(_read_verified, read))


def _read_verified(read: FileReader, entry: ModelFile | LanguageModel) -> bytes:
    content = read(entry.file)
    _check_digest(entry.file, content, entry.sha256)
    return content


def _check_digest(name: str, content: bytes, expected: str) -> str:
    found = hashlib.sha256(content).hexdigest()
    if expected and found != expected:
        raise ModelUnavailableError(f"{name} has sha256 {found}, expected {expected}")
    return found


def _path_reader(directory: Path) -> FileReader:
    def read(name: str) -> bytes:
        try:
            return (directory / name).read_bytes()
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

    def read(name: str) -> bytes:
        key = f"{prefix.rstrip('/')}/{name}".lstrip("/")
        content = BytesIO()
        try:
            client.download_fileobj(bucket, key, content)
        except (BotoCoreError, ClientError, RetriesExceededError) as error:
            raise ModelUnavailableError(
                f"cannot read {name} from {S3_SCHEME}{bucket}/{key}: {error}"
            ) from error
        return content.getvalue()

    return read
