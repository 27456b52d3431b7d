"""Write the two files of a bundle: a network as TorchScript, and the manifest that describes it."""

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
from asr.audio import SAMPLE_RATE, Budget
from asr.ctc import Alphabet
from asr.transcriber import Transcriber, check_golden
from training import text
from training.precision import BFLOAT16, FLOAT32, lower

GOLDEN_CLIP = Path(__file__).parents[1] / "samples" / "hello.flac"
WINDOW_SECONDS, OVERLAP_SECONDS = 30.0, 4.0
LONGEST_CONTEXT_SECONDS = 5.0  # more on either side, and a third of the work would be overlap
KEYWORD_SECONDS = 6.0  # the longest clip of one word that the corpora hold lasts 5.3
MODEL_FILE = "model.pt"


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
    confidence: bundle.Confidence | None = None,
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
        "schema": 1,
        "name": name,
        "version": version if precision == FLOAT32 else f"{version}-{precision}",
        "license": license,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "sources": list(sources),
        "model": {
            "file": MODEL_FILE,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        },
        "sample_rate": SAMPLE_RATE,
        "precision": precision,
        "confidence": asdict(confidence or bundle.Confidence()),
        "metrics": metrics or {},
        "golden": {"audio": base64.b64encode(clip.read_bytes()).decode(), "transcript": ""},
        **contract,
    }
    _write(directory, manifest)
    opened = Transcriber(bundle.load(str(directory)))
    heard = opened.transcribe(clip.read_bytes(), Budget(max_seconds=60.0)).text
    manifest["golden"]["transcript"] = heard
    _write(directory, manifest)
    check_golden(Transcriber(bundle.load(str(directory))))


def _write(directory: Path, manifest: dict[str, Any]) -> None:
    content = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (directory / bundle.MANIFEST).write_text(content, encoding="utf-8")


def replace(out: Path, draft: Path) -> None:
    """Put a finished bundle in the place of what was at `out`."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(draft, out)
