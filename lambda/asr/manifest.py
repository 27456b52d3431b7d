"""What `manifest.json` says of a bundle: all that serving needs to know about a model."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema

from asr.decoding.ctc import Alphabet
from asr.errors import ModelUnavailableError

MANIFEST = "manifest.json"
CTC_FIELDS = ("frame_seconds", "overlap_seconds", "blank", "word_boundary")
SCHEMA = Path(__file__).with_name("manifest.schema.json")


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

    def to_json(self) -> bytes:
        """Serialise as the content of `manifest.json`, of which `parse` is the inverse."""
        members = asdict(self)
        members["golden"]["audio"] = base64.b64encode(self.golden.audio).decode()
        absent = () if self.kind == "ctc" else CTC_FIELDS
        if self.language_model is None:
            absent = (*absent, "language_model")
        written = {name: value for name, value in members.items() if name not in absent}
        return (json.dumps(written, indent=1, ensure_ascii=False) + "\n").encode()


def parse(sealed: bytes) -> Manifest:
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


@cache
def _validator() -> Callable[[Mapping[str, Any]], Any]:
    compiled: Callable[[Mapping[str, Any]], Any] = fastjsonschema.compile(
        json.loads(SCHEMA.read_text(encoding="utf-8"))
    )
    return compiled
