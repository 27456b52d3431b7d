"""The manifest of a model bundle: `manifest.json`, validated and parsed."""

import base64
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from asr import manifest_validator
from asr.errors import ModelUnavailableError

MANIFEST = "manifest.json"
SCHEMA_VERSION = 2
CTC_FIELDS = ("frame_seconds", "overlap_seconds", "blank", "word_boundary")
MAX_FUNCTION_MEMORY_MB = 10_240  # the most that AWS Lambda gives to a function, in MiB
OPTIONAL_FIELDS = ("language_model", "memory_mb", "origin")

# Generated from manifest.schema.json: compiling the schema would cost 0.04 s of each cold start.
_validate: Callable[[Any], Any] = manifest_validator.validate


@dataclass(frozen=True)
class Alphabet:
    """The labels of a CTC model's output classes: characters or subwords (`asr.decoding.units`).

    Attributes
    ----------
    labels : tuple of str
        The text of each class; the blank's text is unused.
    blank : int
        Index of the CTC blank.
    word_boundary : str
        The label that separates two words, or what the labels that start a word begin with; empty
        if the model writes no word boundaries.
    """

    labels: tuple[str, ...]
    blank: int
    word_boundary: str


@dataclass(frozen=True)
class ModelFile:
    """The TorchScript file of a bundle: its name, size in bytes and SHA-256 digest."""

    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Confidence:
    """Platt scaling of a word's log-odds: `sigmoid(scale * logit(p) + bias)` (Platt 1999)."""

    scale: float = 1.0
    bias: float = 0.0

    def calibrated(self, log_prob: float) -> float:
        """The probability that a word with this log-probability is correct."""
        probability = min(max(math.exp(log_prob), 1e-6), 1 - 1e-6)
        odds = math.log(probability / (1 - probability))
        return 1 / (1 + math.exp(-(self.scale * odds + self.bias)))


@dataclass(frozen=True)
class BeamSearchConfig:
    """Parameters of the beam search, in natural logarithms; named as in flashlight and torchaudio.

    Attributes
    ----------
    lm_weight : float
        Factor of the language model's log-probabilities.
    word_score : float
        Added for each word.
    unk_score : float
        Added for each out-of-vocabulary word, on top of `word_score`.
    beam_size : int
        Hypotheses kept after each frame.
    """

    lm_weight: float
    word_score: float
    unk_score: float
    beam_size: int


@dataclass(frozen=True)
class LanguageModel:
    """The n-gram language model of a bundle, and the settings of decoding with it.

    Attributes
    ----------
    file, bytes, sha256
        The file's name, size and digest.
    sources : list of dict
        The texts it was estimated from, with their licences.
    beam_search : BeamSearchConfig
        Parameters tuned for this acoustic model.
    confidence : Confidence
        Calibration of the words that the beam search returns.
    golden : str
        The transcript of the golden clip by the beam search.
    """

    file: str
    bytes: int
    sha256: str
    sources: list[dict[str, Any]]
    beam_search: BeamSearchConfig
    confidence: Confidence
    golden: str


@dataclass(frozen=True)
class Golden:
    """The golden test of a bundle: an audio file's bytes, and the transcript expected of it."""

    audio: bytes
    transcript: str


@dataclass(frozen=True)
class Manifest:
    """Everything that serving needs to know about a model; the members are the JSON schema's.

    Attributes
    ----------
    schema : int
        `SCHEMA_VERSION`.
    kind : str
        `ctc`, or `keyword` for a classifier of whole clips.
    sample_rate : int
        Hz.
    labels : tuple of str
        The text of each output class: a character, a subword, or a word.
    window_seconds : float
        The longest audio that is passed to the model at once.
    precision : str
        `float32`, `bfloat16` or `int8-dynamic`.
    metrics : dict
        Error rates by test set.
    confidence : Confidence
        Calibration of the words of greedy decoding.
    frame_seconds, overlap_seconds : float
        Duration of one output frame, and overlap of neighbouring windows; `ctc` only.
    blank, word_boundary
        See `Alphabet`; `ctc` only.
    language_model : LanguageModel, optional
        For the beam search; `ctc` only.
    language : str
        Of the transcripts, a BCP 47 tag.
    batched : bool
        Whether the model runs several windows together; else one by one.
    memory_mb : int, optional
        Memory that a Lambda function needs for the model, in MiB.
    origin : dict, optional
        Where a model that was trained elsewhere comes from: `source`, `revision`, and `files` with
        their SHA-256 digests.
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
    language: str = "en"
    batched: bool = True
    memory_mb: int | None = None
    origin: dict[str, Any] | None = None

    @property
    def alphabet(self) -> Alphabet:
        """The labels of a `ctc` model's classes."""
        return Alphabet(self.labels, self.blank, self.word_boundary)

    def to_json(self) -> bytes:
        """Serialise as the content of `manifest.json`, of which `parse` is the inverse."""
        members = asdict(self)
        members["golden"]["audio"] = base64.b64encode(self.golden.audio).decode()
        absent = () if self.kind == "ctc" else CTC_FIELDS
        written = {
            name: value
            for name, value in members.items()
            if name not in absent and not (name in OPTIONAL_FIELDS and value is None)
        }
        return (json.dumps(written, indent=1, ensure_ascii=False) + "\n").encode()


def parse(content: bytes) -> Manifest:
    """Validate and parse the bytes of a manifest.

    Raises
    ------
    ModelUnavailableError
        If it is not JSON, has another schema version, or does not fit the schema.
    """
    try:
        members = json.loads(content)
        _check_version(members)
        _validate(members)
        golden = Golden(
            base64.b64decode(members["golden"]["audio"], validate=True),
            members["golden"]["transcript"],
        )
    except ValueError as error:
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
            f"{MANIFEST} does not fit the schema: blank is {manifest.blank}, "
            f"expected an index of {len(manifest.labels)} labels"
        )
    return manifest


def _check_version(members: Any) -> None:  # noqa: ANN401 - any JSON
    found = members.get("schema") if isinstance(members, dict) else None
    if isinstance(found, int) and found != SCHEMA_VERSION:
        raise ModelUnavailableError(
            f"{MANIFEST} has schema version {found}, expected {SCHEMA_VERSION}: "
            "export the bundle again with this version of the software"
        )


def _language_model(members: dict[str, Any]) -> LanguageModel:
    parts = {
        "beam_search": BeamSearchConfig(**members["beam_search"]),
        "confidence": Confidence(**members["confidence"]),
    }
    return LanguageModel(**members | parts)
