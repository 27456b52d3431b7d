"""The sealed model bundle: find it, fetch it, verify it, before anything in it runs.

A bundle is a directory or an S3 prefix that holds `manifest.json`, one TorchScript file and maybe a
language model, which is read when it is first asked for. Loading TorchScript executes what the file
holds, so its digest is checked first; the manifest's own digest can be pinned, so that a writer to
the bucket cannot exchange both.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import fastjsonschema

from asr.ctc import Alphabet
from asr.errors import ModelUnavailableError

MANIFEST = "manifest.json"
EMBEDDED = Path(__file__).parents[2] / "model_artifacts" / "default"
SCHEMA = Path(__file__).with_name("manifest.schema.json")
S3_SCHEME = "s3://"
NO_LANGUAGE_MODEL = (
    "the decoder beam needs a language model, and this bundle has none: `python -m training.tune` "
    "puts one into it; the decoder greedy needs none"
)

# Reads one file of a bundle by its name.
Reader = Callable[[str], bytes]


@dataclass(frozen=True)
class ModelFile:
    """The TorchScript file of a bundle: its name, size and digest."""

    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Confidence:
    """Platt scaling of a word's log-odds: `sigmoid(scale * logit(p) + bias)` (Platt 1999)."""

    scale: float = 1.0
    bias: float = 0.0


@dataclass(frozen=True)
class Search:
    """How a beam search counts the language against the sound, in natural logarithms.

    Attributes
    ----------
    language : float
        Factor of the language model's log-probabilities.
    word, unknown : float
        Added for each word, and for each that is not in the vocabulary besides.
    hypotheses : int
        How many are kept after each frame.
    """

    language: float
    word: float
    unknown: float
    hypotheses: int


@dataclass(frozen=True)
class LanguageModel:
    """The language model's file, how it is searched with, and what `Manifest` has for greedy.

    Attributes
    ----------
    confidence : Confidence
        Of the words that the search finds.
    golden : str
        What the search finds in the golden clip.
    """

    file: str
    bytes: int
    sha256: str
    sources: list[dict[str, Any]]
    search: Search
    confidence: Confidence
    golden: str


@dataclass(frozen=True)
class Golden:
    """A short clip (an audio file's bytes) and the transcript that the model must give for it."""

    audio: bytes
    transcript: str


@dataclass(frozen=True)
class Manifest:
    """What serving needs to know about a model; the members are those of the JSON schema.

    Attributes
    ----------
    kind : str
        `ctc`, or `keyword` for a classifier of whole clips.
    labels : tuple of str
        What each class stands for: characters, or words.
    window_seconds : float
        What may be fed to the model at once.
    precision : str
        `float32`, `bfloat16` or `int8-dynamic`.
    frame_seconds, overlap_seconds : float
        Step of one output frame, and how much two neighbouring windows share; of `ctc` alone.
    blank, word_boundary
        Of the alphabet, as `Alphabet` has them; of `ctc` alone.
    language_model : LanguageModel, optional
        What a beam search needs; of `ctc` alone.
    """

    schema: int
    kind: str
    name: str
    version: str
    license: str
    created: str
    sources: list[dict[str, Any]]
    model: ModelFile
    sample_rate: int
    labels: tuple[str, ...]
    window_seconds: float
    precision: str
    metrics: dict[str, dict[str, float]]
    golden: Golden
    confidence: Confidence = field(default_factory=Confidence)
    frame_seconds: float = 0.0
    overlap_seconds: float = 0.0
    blank: int = 0
    word_boundary: str = ""
    language_model: LanguageModel | None = None

    @property
    def alphabet(self) -> Alphabet:
        """What the classes of a `ctc` model stand for."""
        return Alphabet(self.labels, self.blank, self.word_boundary)


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
    manifest = parse_manifest(sealed)
    model = _read_checked(read, manifest.model)
    return Bundle(manifest, digest, model, partial(_read_checked, read))


def parse_manifest(sealed: bytes) -> Manifest:
    """Validate the bytes of a manifest against the schema; raises ModelUnavailableError."""
    try:
        members = json.loads(sealed)
        _validator()(members)
        golden = Golden(
            base64.b64decode(members["golden"]["audio"], validate=True),
            members["golden"]["transcript"],
        )
    except (ValueError, fastjsonschema.JsonSchemaValueException) as error:
        raise ModelUnavailableError(f"{MANIFEST} does not fit the schema: {error}") from error
    members["labels"] = tuple(members["labels"])
    members["model"] = ModelFile(**members["model"])
    members["golden"] = golden
    members["confidence"] = Confidence(**members.get("confidence", {}))
    if "language_model" in members:
        members["language_model"] = _language_model(members["language_model"])
    manifest = Manifest(**members)
    if not manifest.blank < len(manifest.labels):
        raise ModelUnavailableError(
            f"{MANIFEST} does not fit the schema: blank {manifest.blank} is not among "
            f"{len(manifest.labels)} labels"
        )
    return manifest


def _language_model(members: dict[str, Any]) -> LanguageModel:
    parts = {
        "search": Search(**members["search"]),
        "confidence": Confidence(**members["confidence"]),
    }
    return LanguageModel(**members | parts)


def _read_checked(read: Reader, sealed: ModelFile | LanguageModel) -> bytes:
    content = read(sealed.file)
    _check_digest(sealed.file, content, sealed.sha256)
    return content


def _check_digest(name: str, content: bytes, expected: str) -> str:
    found = hashlib.sha256(content).hexdigest()
    if expected and found != expected:
        raise ModelUnavailableError(f"{name} has sha256 {found}, expected {expected}")
    return found


@cache
def _validator() -> Callable[[Mapping[str, Any]], Any]:
    compiled: Callable[[Mapping[str, Any]], Any] = fastjsonschema.compile(
        json.loads(SCHEMA.read_text(encoding="utf-8"))
    )
    return compiled


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

    bucket, _, prefix = uri.removeprefix(S3_SCHEME).partition("/")
    client = boto3.client("s3")

    def read(name: str) -> bytes:
        key = f"{prefix.rstrip('/')}/{name}".lstrip("/")
        content = BytesIO()
        try:
            client.download_fileobj(bucket, key, content)
        except (BotoCoreError, ClientError) as error:
            raise ModelUnavailableError(
                f"cannot read {name} from {S3_SCHEME}{bucket}/{key}: {error}"
            ) from error
        return content.getvalue()

    return read
