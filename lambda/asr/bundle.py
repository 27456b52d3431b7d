"""The sealed model bundle: find it, fetch it, verify it, before anything in it runs.

A bundle is a directory or an S3 prefix that holds `manifest.json`, one TorchScript file and maybe a
language model, which is read when it is first asked for. Loading TorchScript executes what the file
holds, so its digest is checked first; the manifest's own digest can be pinned, so that a writer to
the bucket cannot exchange both.
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
NO_LANGUAGE_MODEL = (
    "the decoder beam needs a language model, and this bundle has none: `python -m training add-language-model` "
    "puts one into it; the decoder greedy needs none"
)

# Reads one file of a bundle by its name.
Reader = Callable[[str], bytes]


@dataclass(frozen=True, eq=False)
class Bundle:
    """A verified bundle; `sha256` is that of its manifest, which seals the rest.

    `read` reads and verifies another file that the manifest names; it raises ModelUnavailableError.
    """

    manifest: Manifest
    sha256: str
    model: bytes
    read: Callable[[ModelFile | LanguageModel], bytes]


def load(uri: str = "", sha256: str = "") -> Bundle:
    """Fetch and verify a bundle.

    Parameters
    ----------
    uri : str
        `s3://bucket/prefix/` or a directory; empty means the embedded default.
    sha256 : str
        Digest that the manifest must have; empty means any.

    Raises
    ------
    ModelUnavailableError
        If a file is missing, altered, or the manifest is not of this schema.
    """
    read = _s3_reader(uri) if uri.startswith(S3_SCHEME) else _path_reader(Path(uri or EMBEDDED))
    sealed = read(MANIFEST)
    digest = _check_digest(MANIFEST, sealed, sha256)
    parsed = manifest.parse(sealed)
    model = _read_checked(read, parsed.model)
    return Bundle(parsed, digest, model, partial(_read_checked, read))


def _read_checked(read: Reader, sealed: ModelFile | LanguageModel) -> bytes:
    content = read(sealed.file)
    _check_digest(sealed.file, content, sealed.sha256)
    return content


def _check_digest(name: str, content: bytes, expected: str) -> str:
    found = hashlib.sha256(content).hexdigest()
    if expected and found != expected:
        raise ModelUnavailableError(f"{name} has sha256 {found}, expected {expected}")
    return found


def _path_reader(directory: Path) -> Reader:
    def read(name: str) -> bytes:
        try:
            return (directory / name).read_bytes()
        except OSError as error:
            raise ModelUnavailableError(
                f"cannot read {name} of the model bundle: {error.strerror}"
            ) from error

    return read


def _s3_reader(uri: str) -> Reader:
    """Read objects under `uri` into memory, in parallel parts: nothing is left on a disk."""
    # Half a second of a cold start, spent only where the model is not embedded.
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
