"""Write a model bundle: the manifest of a TorchScript file, its golden transcript, verification.

The model is opened once, as a bundle whose manifest is only in memory (`new_bundle`); calibration
and metrics are added to that manifest, and `write_bundle` writes it.
"""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from asr import bundle
from asr.audio.audio import SAMPLE_RATE, Budget
from asr.bundle import Bundle
from asr.manifest import (
    MANIFEST,
    SCHEMA_VERSION,
    BeamSearchConfig,
    Confidence,
    Golden,
    LanguageModel,
    Manifest,
    ModelFile,
)
from asr.memory_file import MemoryFile
from asr.settings import BEAM
from asr.transcriber import Transcriber, check_golden
from training.export.quantisation import FLOAT32

MODEL_FILE = "model.pt"
LANGUAGE_MODEL_FILE = "language.npz"
GOLDEN_CLIP = Path(__file__).parents[2] / "samples" / "hello.flac"
GOLDEN_BUDGET = Budget(max_seconds=60.0)


def new_bundle(
    directory: Path,
    *,
    fields: Mapping[str, Any],
    name: str,
    version: str,
    license: str,
    precision: str = FLOAT32,
    sources: Sequence[dict[str, Any]] = (),
    clip: Path = GOLDEN_CLIP,
) -> Bundle:
    """Return the bundle of the `model.pt` in `directory`, its manifest not yet written.

    Parameters
    ----------
    directory : Path
        Holds `model.pt`.
    fields : mapping
        Manifest fields that depend on the kind: see `training.export.manifest_fields`.
    version : str
        A lower precision is appended to it, so that both can lie under one prefix of a bucket.
    sources : sequence of dict
        Training data: name, licence, reference, hours.
    clip : Path
        Audio file whose transcript is verified whenever the bundle is opened with a self-test.
    """
    with (directory / MODEL_FILE).open("rb") as file:
        content = MemoryFile(partial(shutil.copyfileobj, file))
    manifest = Manifest(
        schema=SCHEMA_VERSION,
        name=name,
        version=version if precision == FLOAT32 else f"{version}-{precision}",
        license=license,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        sources=list(sources),
        model=ModelFile(MODEL_FILE, len(content), content.sha256()),
        sample_rate=SAMPLE_RATE,
        precision=precision,
        metrics={},
        golden=Golden(clip.read_bytes(), ""),
        **fields,
    )
    return Bundle(manifest, sha256="", model=content, read_file=_no_other_file)


def update_manifest(opened: Bundle, **changes: Any) -> Bundle:  # noqa: ANN401 - fields of any type
    """Return `opened` with changed fields of its manifest, in memory alone."""
    return replace(opened, manifest=replace(opened.manifest, **changes))


def with_language_model(
    opened: Bundle,
    content: bytes,
    search: BeamSearchConfig,
    confidence: Confidence,
    sources: Sequence[dict[str, Any]],
) -> Bundle:
    """Return `opened` with a language model, in memory alone.

    Parameters
    ----------
    content : bytes
        Of the file, as `training.language_model.ngram_file.pack` makes it.
    search : BeamSearchConfig
        Weights and beam size.
    confidence : Confidence
        Calibration of the words that the beam search finds.
    sources : sequence of dict
        Text that the language model was estimated from: name, licence, reference.
    """
    language_model = LanguageModel(
        file=LANGUAGE_MODEL_FILE,
        bytes=len(content),
        sha256=_sha256(content),
        sources=list(sources),
        beam_search=search,
        confidence=confidence,
        golden="",
    )
    return replace(
        update_manifest(opened, language_model=language_model), read_file=lambda _: content
    )


def write_bundle(
    directory: Path,
    transcriber: Transcriber,
    metrics: Mapping[str, dict[str, float]] | None = None,
) -> None:
    """Write the manifest of `transcriber` into `directory`, then verify the bundle.

    The golden transcript comes from the transcriber's own decoder; the bundle is opened from
    `directory` as for serving, and must reproduce the transcript.

    Parameters
    ----------
    directory : Path
        Holds the files that the manifest names.
    metrics : mapping, optional
        Error rates by data set; default: those that the manifest has.

    Raises
    ------
    ModelUnavailableError
        If the bundle cannot be opened, or its golden transcript is not reproduced.
    """
    manifest = _with_golden_transcript(transcriber)
    if metrics is not None:
        manifest = replace(manifest, metrics=dict(metrics))
    (directory / MANIFEST).write_bytes(manifest.to_json())
    check_golden(Transcriber(bundle.load(str(directory))))


def _with_golden_transcript(transcriber: Transcriber) -> Manifest:
    manifest, language_model = transcriber.manifest, transcriber.manifest.language_model
    transcript = transcriber.transcribe(manifest.golden.audio, GOLDEN_BUDGET).text
    if language_model is not None and transcriber.identity.decoder == BEAM:
        return replace(manifest, language_model=replace(language_model, golden=transcript))
    return replace(manifest, golden=replace(manifest.golden, transcript=transcript))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _no_other_file(file: ModelFile | LanguageModel) -> bytes:
    raise FileNotFoundError(f"a new bundle has no file {file.file}")
