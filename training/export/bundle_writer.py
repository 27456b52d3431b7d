"""Write the files of a bundle: a network as TorchScript, and the manifest that describes it."""

import base64
import hashlib
import json
import math
import shutil
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import nn

from asr import bundle
from asr.audio.audio import SAMPLE_RATE, Budget
from asr.manifest import MANIFEST, SCHEMA_VERSION, Alphabet, BeamSearchConfig, Confidence
from asr.settings import BEAM, GREEDY
from asr.transcriber import Transcriber, check_golden
from training.data import text
from training.export.quantisation import BFLOAT16, FLOAT32, lower

GOLDEN_CLIP = Path(__file__).parents[2] / "samples" / "hello.flac"
WINDOW_SECONDS, OVERLAP_SECONDS = 30.0, 4.0
LONGEST_CONTEXT_SECONDS = 5.0  # more on either side, and a third of the work would be overlap
KEYWORD_SECONDS = 6.0  # the longest clip of one word that the corpora hold lasts 5.3
MODEL_FILE = "model.pt"
LANGUAGE_MODEL_FILE = "language.npz"


def script(recogniser: nn.Module, file: Path, precision: str = FLOAT32) -> None:
    """Write `recogniser` as TorchScript in `precision`, frozen where its weights stay as stored."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
        scripted = torch.jit.script(lower(recogniser, precision))
        if precision != BFLOAT16:  # freezing makes constants of parameters, which cannot be widened
            scripted = torch.jit.freeze(scripted)
        torch.jit.save(scripted, str(file))


def ctc_contract(
    frame_seconds: float,
    alphabet: Alphabet = text.ALPHABET,
    context_seconds: float = math.inf,
) -> dict[str, Any]:
    """The members of a manifest that are those of a `ctc` bundle alone.

    Where an output frame depends on `context_seconds` on either side and no more, windows share
    twice that: what is decoded in windows is then what it would be if it were decoded whole.
    """
    overlap = OVERLAP_SECONDS
    if context_seconds <= LONGEST_CONTEXT_SECONDS:
        overlap = round(2 * frame_seconds * math.ceil(context_seconds / frame_seconds), 6)
    return {
        "kind": "ctc",
        "frame_seconds": frame_seconds,
        "labels": list(alphabet.labels),
        "blank": alphabet.blank,
        "word_boundary": alphabet.word_boundary,
        "window_seconds": WINDOW_SECONDS,
        "overlap_seconds": overlap,
    }


def keyword_contract(labels: Sequence[str]) -> dict[str, Any]:
    """The members of a manifest that are those of a `keyword` bundle alone."""
    return {"kind": "keyword", "labels": list(labels), "window_seconds": KEYWORD_SECONDS}


def seal(
    directory: Path,
    *,
    contract: Mapping[str, Any],
    name: str,
    version: str,
    license: str,
    precision: str = FLOAT32,
    sources: Sequence[dict[str, Any]] = (),
    confidence: Confidence | None = None,
    metrics: dict[str, Any] | None = None,
    clip: Path = GOLDEN_CLIP,
) -> None:
    """Write the manifest of the `model.pt` in `directory`.

    `contract` holds the members that depend on the kind of the bundle. The golden transcript is
    what the model itself hears in `clip`; everything else is given. A lower precision is a version
    of its own, so that both can lie in one bucket.
    """
    content = (directory / MODEL_FILE).read_bytes()
    manifest: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "name": name,
        "version": version if precision == FLOAT32 else f"{version}-{precision}",
        "license": license,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "sources": list(sources),
        "model": _sealed(MODEL_FILE, content),
        "sample_rate": SAMPLE_RATE,
        "precision": precision,
        "confidence": asdict(confidence or Confidence()),
        "metrics": metrics or {},
        "golden": {"audio": base64.b64encode(clip.read_bytes()).decode(), "transcript": ""},
        **contract,
    }
    _write(directory, manifest)
    manifest["golden"]["transcript"] = _hear(directory, clip.read_bytes())
    _write(directory, manifest)
    check_golden(Transcriber(bundle.load(str(directory))))


def add_language_model(
    directory: Path,
    content: bytes,
    search: BeamSearchConfig,
    confidence: Confidence,
    sources: Sequence[dict[str, Any]],
) -> None:
    """Put a language model into the bundle `directory`, in the place of one that is there.

    All else stays as it was sealed. As in `seal`, what the search hears in the golden clip is what
    it must hear from then on.
    """
    (directory / LANGUAGE_MODEL_FILE).write_bytes(content)
    manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    added = {
        **_sealed(LANGUAGE_MODEL_FILE, content),
        "sources": list(sources),
        "beam_search": asdict(search),
        "confidence": asdict(confidence),
        "golden": "",
    }
    _write(directory, manifest | {"language_model": added})
    added["golden"] = _hear(directory, base64.b64decode(manifest["golden"]["audio"]), BEAM)
    _write(directory, manifest | {"language_model": added})
    check_golden(Transcriber(bundle.load(str(directory))))


def _hear(directory: Path, clip: bytes, decoder: str = GREEDY) -> str:
    opened = Transcriber(bundle.load(str(directory)), decoder)
    return opened.transcribe(clip, Budget(max_seconds=60.0)).text


def _sealed(file: str, content: bytes) -> dict[str, Any]:
    return {"file": file, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _write(directory: Path, manifest: dict[str, Any]) -> None:
    content = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (directory / MANIFEST).write_text(content, encoding="utf-8")


def replace(out: Path, draft: Path) -> None:
    """Put a finished bundle in the place of what was at `out`."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(draft, out)
    out.chmod(0o755)  # a draft is nobody else's to read, a bundle is a container's too
