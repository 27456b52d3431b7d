"""Make a sealed bundle of a run: script the network, calibrate and measure it, write the card.

`python -m training.export RUN --data DIR --out DIR --calibrate sentences-dev --measure
sentences-dev sentences-test`. What is measured is the exported file, through the pipeline that
serves; `--precision` stores it smaller, and the card tells by how much that changed it.
"""

import argparse
import base64
import hashlib
import json
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import nn

from asr import bundle
from asr.audio import SAMPLE_RATE, Budget
from asr.ctc import Alphabet
from asr.transcriber import Transcriber, check_golden
from training import card, text
from training.calibrate import expected_calibration_error, fit, trials
from training.corpus import read_manifest
from training.evaluate import report, transcribe
from training.networks import Recogniser, build
from training.precision import BFLOAT16, FLOAT32, PRECISIONS, compare, lower
from training.recipe import Recipe

GOLDEN_CLIP = Path(__file__).parents[1] / "samples" / "hello.flac"
SOURCES = Path(__file__).with_name("sources.yaml")
LICENSE = "CC BY 4.0"  # the strictest that its sources ask for is attribution
WINDOW_SECONDS, OVERLAP_SECONDS = 30.0, 4.0
MODEL_FILE = "model.pt"
COMPARED_CLIPS = 50


def trained(checkpoint: Path) -> tuple[Recogniser, Recipe, float]:
    """The recogniser with the (averaged) weights of a checkpoint, its recipe, its frame step."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=False)
    recipe = Recipe(**saved["hyper_parameters"]["recipe"])
    recogniser, frame_seconds = build(recipe.network, recipe.front_end, recipe.parameters)
    prefix = "recogniser."
    recogniser.load_state_dict(
        {
            name.removeprefix(prefix): value
            for name, value in saved["state_dict"].items()
            if name.startswith(prefix)
        }
    )
    return recogniser.eval(), recipe, frame_seconds


def script(recogniser: nn.Module, file: Path, precision: str = FLOAT32) -> None:
    """Write `recogniser` as TorchScript in `precision`, frozen where its weights stay as stored."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
        scripted = torch.jit.script(lower(recogniser, precision))
        if precision != BFLOAT16:  # freezing makes constants of parameters, which cannot be widened
            scripted = torch.jit.freeze(scripted)
        torch.jit.save(scripted, str(file))


def sources(recipe: Recipe, data: Path) -> list[dict[str, Any]]:
    """The corpora that `recipe` trains on, with their hours, most first."""
    known = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))
    seconds: Counter[str] = Counter()
    for folder in recipe.train:
        for utterance in read_manifest(data / folder / "manifest.tsv"):
            seconds[known[utterance.corpus]["name"]] += utterance.seconds  # type: ignore[assignment]
    by_name = {source["name"]: source for source in known.values()}
    return [
        by_name[name] | {"hours": round(total / 3600, 1)} for name, total in seconds.most_common()
    ]


def seal(
    directory: Path,
    *,
    name: str,
    version: str,
    frame_seconds: float,
    precision: str = FLOAT32,
    license: str = LICENSE,
    alphabet: Alphabet = text.ALPHABET,
    sources: Sequence[dict[str, Any]] = (),
    confidence: bundle.Confidence | None = None,
    metrics: dict[str, Any] | None = None,
    clip: Path = GOLDEN_CLIP,
) -> None:
    """Write the manifest of the `model.pt` in `directory`.

    The golden transcript is what the model itself hears in `clip`; everything else is given. A
    lower precision is a version of its own, so that both can lie in one bucket.
    """
    content = (directory / MODEL_FILE).read_bytes()
    manifest: dict[str, Any] = {
        "schema": 1,
        "kind": "ctc",
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
        "frame_seconds": frame_seconds,
        "labels": list(alphabet.labels),
        "blank": alphabet.blank,
        "word_boundary": alphabet.word_boundary,
        "window_seconds": WINDOW_SECONDS,
        "overlap_seconds": OVERLAP_SECONDS,
        "precision": precision,
        "confidence": asdict(confidence or bundle.Confidence()),
        "metrics": metrics or {},
        "golden": {"audio": base64.b64encode(clip.read_bytes()).decode(), "transcript": ""},
    }
    _write(directory, manifest)
    opened = Transcriber(bundle.load(str(directory)))
    heard = opened.transcribe(clip.read_bytes(), Budget(max_seconds=60.0)).text
    manifest["golden"]["transcript"] = heard
    _write(directory, manifest)
    check_golden(Transcriber(bundle.load(str(directory))))


def _write(directory: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (directory / bundle.MANIFEST).write_text(text, encoding="utf-8")


def replace(out: Path, draft: Path) -> None:
    """Put a finished bundle in the place of what was at `out`."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(draft, out)


def export(
    run: Path,
    data: Path,
    out: Path,
    calibrate: str,
    measure: Sequence[str],
    precision: str = FLOAT32,
) -> None:
    """Export the best checkpoint of `run` into `out`, which is replaced only at the end."""
    recogniser, recipe, frame_seconds = trained(run / "best.ckpt")
    identity: dict[str, Any] = {
        "name": recipe.name,
        "version": recipe.version,
        "frame_seconds": frame_seconds,
        "precision": precision,
        "sources": sources(recipe, data),
    }
    with tempfile.TemporaryDirectory() as temporary:
        draft = Path(temporary)
        script(recogniser, draft / MODEL_FILE, precision)
        seal(draft, **identity)
        clips = read_manifest(data / calibrate / "manifest.tsv")[:COMPARED_CLIPS]
        comparison = compare(recogniser, bundle.load(str(draft)), clips)

        def listen(folder: str) -> Any:  # noqa: ANN401
            transcriber = Transcriber(bundle.load(str(draft)))
            return transcribe(transcriber, read_manifest(data / folder / "manifest.tsv"))

        confidence = fit(*trials(listen(calibrate)))
        seal(draft, confidence=confidence, **identity)
        reports: dict[str, Any] = {}
        for folder in measure:
            results = listen(folder)
            reports[folder] = report(results) | {
                "expected_calibration_error": round(expected_calibration_error(*trials(results)), 4)
            }
        metrics = {
            folder: {key: value["all"][key] for key in ("utterances", "wer", "cer")}
            for folder, value in reports.items()
        }
        seal(draft, confidence=confidence, metrics=metrics, **identity)
        shutil.copy(run / "curves.svg", draft / "curves.svg")
        parameters = sum(p.numel() for p in recogniser.parameters())
        card.write(draft, reports, parameters, calibrate, comparison)
        replace(out, draft)


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--calibrate", default="sentences-dev")
    parser.add_argument("--measure", nargs="+", default=["sentences-dev", "sentences-test"])
    parser.add_argument("--precision", choices=PRECISIONS, default=FLOAT32)
    options = parser.parse_args()
    export(
        options.run,
        options.data,
        options.out,
        options.calibrate,
        options.measure,
        options.precision,
    )


if __name__ == "__main__":
    main()
