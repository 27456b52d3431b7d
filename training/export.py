"""Make a sealed bundle of a run: script the network, calibrate and measure it, write the card.

`python -m training.export RUN --data DIR --out DIR --calibrate sentences-dev --measure
sentences-dev sentences-test`. What is measured is the exported file, through the pipeline that
serves.
"""

import argparse
import base64
import hashlib
import json
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import torch
import yaml

from asr import bundle
from asr.audio import SAMPLE_RATE, Budget
from asr.transcriber import Transcriber, check_golden
from training import card, confusions, text
from training.calibrate import expected_calibration_error, fit, trials
from training.corpus import read_manifest
from training.evaluate import Result, report, transcribe
from training.networks import Recogniser, build
from training.recipe import Recipe

GOLDEN_CLIP = Path(__file__).parents[1] / "samples" / "hello.flac"
SOURCES = Path(__file__).with_name("sources.yaml")
WINDOW_SECONDS, OVERLAP_SECONDS = 30.0, 4.0
KEYWORD_SECONDS = 6.0  # the longest clip of one word that the corpora hold lasts 5.3
MODEL_FILE = "model.pt"

# What is drawn of what the last measured set sounded like, by kind of bundle.
PICTURES: dict[str, Mapping[str, Callable[[Sequence[Result], Path], None]]] = {
    "ctc": {},
    "keyword": {"confusions.svg": confusions.draw},
}
METRICS = {"ctc": ("utterances", "wer", "cer"), "keyword": ("utterances", "accuracy")}


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


def script(recogniser: Recogniser, file: Path) -> None:
    """Write `recogniser` as frozen TorchScript."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
        torch.jit.save(torch.jit.freeze(torch.jit.script(recogniser.eval())), str(file))


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


def ctc_contract(frame_seconds: float) -> dict[str, Any]:
    """The members of a manifest that are those of a `ctc` bundle alone."""
    return {
        "kind": "ctc",
        "frame_seconds": frame_seconds,
        "labels": list(text.ALPHABET.labels),
        "blank": text.ALPHABET.blank,
        "word_boundary": text.ALPHABET.word_boundary,
        "window_seconds": WINDOW_SECONDS,
        "overlap_seconds": OVERLAP_SECONDS,
    }


def keyword_contract(labels: Sequence[str]) -> dict[str, Any]:
    """The members of a manifest that are those of a `keyword` bundle alone."""
    return {"kind": "keyword", "labels": list(labels), "window_seconds": KEYWORD_SECONDS}


CONTRACTS: dict[str, Callable[[Recogniser, float], dict[str, Any]]] = {
    "ctc": lambda _, frame_seconds: ctc_contract(frame_seconds),
    "keyword": lambda recogniser, _: keyword_contract(cast(list[str], recogniser.network.labels)),
}


def seal(
    directory: Path,
    *,
    contract: Mapping[str, Any],
    name: str,
    version: str,
    license: str,
    sources: Sequence[dict[str, Any]] = (),
    confidence: bundle.Confidence | None = None,
    metrics: dict[str, Any] | None = None,
    clip: Path = GOLDEN_CLIP,
) -> None:
    """Write the manifest of the `model.pt` in `directory`.

    `contract` holds the members that depend on the kind of the bundle. The golden transcript is
    what the model itself hears in `clip`; everything else is given.
    """
    content = (directory / MODEL_FILE).read_bytes()
    manifest: dict[str, Any] = {
        "schema": 1,
        "name": name,
        "version": version,
        "license": license,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "sources": list(sources),
        "model": {
            "file": MODEL_FILE,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        },
        "sample_rate": SAMPLE_RATE,
        "precision": "float32",
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
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (directory / bundle.MANIFEST).write_text(text, encoding="utf-8")


def export(
    run: Path,
    data: Path,
    out: Path,
    calibrate: str,
    measure: Sequence[str],
    clip: Path = GOLDEN_CLIP,
) -> None:
    """Export the best checkpoint of `run` into `out`, which is replaced only at the end."""
    recogniser, recipe, frame_seconds = trained(run / "best.ckpt")
    kind = recipe.task
    identity: dict[str, Any] = {
        "contract": CONTRACTS[kind](recogniser, frame_seconds),
        "name": recipe.name,
        "version": recipe.version,
        "license": recipe.license,
        "sources": sources(recipe, data),
        "clip": clip,
    }
    with tempfile.TemporaryDirectory() as temporary:
        draft = Path(temporary)
        script(recogniser, draft / MODEL_FILE)
        seal(draft, **identity)

        def listen(folder: str) -> list[Result]:
            transcriber = Transcriber(bundle.load(str(draft)))
            return transcribe(transcriber, read_manifest(data / folder / "manifest.tsv"))

        confidence = fit(*trials(listen(calibrate), kind))
        seal(draft, confidence=confidence, **identity)
        reports: dict[str, Any] = {}
        for folder in measure:
            results = listen(folder)
            error = expected_calibration_error(*trials(results, kind))
            reports[folder] = report(results, kind) | {
                "expected_calibration_error": round(error, 4)
            }
        metrics = {
            folder: {key: value["all"][key] for key in METRICS[kind]}
            for folder, value in reports.items()
        }
        seal(draft, confidence=confidence, metrics=metrics, **identity)
        shutil.copy(run / "curves.svg", draft / "curves.svg")
        for name, draw in PICTURES[kind].items():
            draw(results, draft / name)
        card.write(draft, reports, sum(p.numel() for p in recogniser.parameters()), calibrate)
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(draft, out)


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--calibrate", default="sentences-dev")
    parser.add_argument("--measure", nargs="+", default=["sentences-dev", "sentences-test"])
    parser.add_argument("--clip", type=Path, default=GOLDEN_CLIP, help="the golden clip")
    options = parser.parse_args()
    export(options.run, options.data, options.out, options.calibrate, options.measure, options.clip)


if __name__ == "__main__":
    main()
