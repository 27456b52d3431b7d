"""Make a sealed bundle of a run: script the network, calibrate and measure it, write the card.

`python -m training.export RUN --data DIR --out DIR --calibrate sentences-dev --measure
sentences-dev sentences-test`. What is measured is the exported file, through the pipeline that
serves; `--precision` stores it smaller, and the card tells by how much that changed it.
"""

import argparse
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import torch
import yaml

from asr import bundle
from asr.transcriber import Transcriber
from training import card, confusions, initial
from training.calibrate import fit, trials
from training.corpus import read_manifest
from training.evaluate import Result, report, transcribe
from training.networks import Recogniser, build
from training.precision import FLOAT32, PRECISIONS, Comparison, compare
from training.recipe import Recipe
from training.reliability import bins, expected_calibration_error
from training.seal import (
    GOLDEN_CLIP,
    MODEL_FILE,
    ctc_contract,
    keyword_contract,
    replace,
    script,
    seal,
)

SOURCES = Path(__file__).with_name("sources.yaml")
COMPARED_CLIPS = 50

CONTRACTS: dict[str, Callable[[Recogniser, float], dict[str, Any]]] = {
    "ctc": lambda recogniser, frame_seconds: ctc_contract(
        frame_seconds, context_seconds=recogniser.context_seconds
    ),
    "keyword": lambda recogniser, _: keyword_contract(cast(list[str], recogniser.network.labels)),
}
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
    recogniser.load_state_dict(initial.weights(saved))
    return recogniser.eval(), recipe, frame_seconds


def sources(recipe: Recipe, data: Path) -> list[dict[str, Any]]:
    """The corpora that `recipe` trains on, with their hours, most first."""
    known = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))
    seconds: Counter[str] = Counter()
    for folder in dict.fromkeys(recipe.train):  # one may be there twice, to be heard twice as often
        for utterance in read_manifest(data / folder / "manifest.tsv"):
            seconds[known[utterance.corpus]["name"]] += utterance.seconds  # type: ignore[assignment]
    by_name = {source["name"]: source for source in known.values()}
    return [
        by_name[name] | {"hours": round(total / 3600, 1)} for name, total in seconds.most_common()
    ]


def export(
    run: Path,
    data: Path,
    out: Path,
    calibrate: str,
    measure: Sequence[str],
    clip: Path = GOLDEN_CLIP,
    precision: str = FLOAT32,
) -> None:
    """Export the best checkpoint of `run` into `out`, which is replaced only at the end."""
    recogniser, recipe, frame_seconds = trained(run / "best.ckpt")
    kind = recipe.task
    identity: dict[str, Any] = {
        "contract": CONTRACTS[kind](recogniser, frame_seconds),
        "name": recipe.name,
        "version": recipe.version,
        "license": recipe.license,
        "precision": precision,
        "sources": sources(recipe, data),
        "clip": clip,
    }
    with tempfile.TemporaryDirectory() as temporary:
        draft = Path(temporary)
        script(recogniser, draft / MODEL_FILE, precision)
        seal(draft, **identity)

        def listen(folder: str) -> list[Result]:
            transcriber = Transcriber(bundle.load(str(draft)))
            return transcribe(transcriber, read_manifest(data / folder / "manifest.tsv"))

        confidence = fit(*trials(listen(calibrate), kind))
        seal(draft, confidence=confidence, **identity)
        reports: dict[str, Any] = {}
        for folder in measure:
            results = listen(folder)
            error = expected_calibration_error(bins(*trials(results, kind)))
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
        comparison = _compare(recogniser, draft, data / calibrate)
        parameters = sum(p.numel() for p in recogniser.parameters())
        card.write(draft, reports, parameters, calibrate, comparison)
        replace(out, draft)


def _compare(recogniser: Recogniser, draft: Path, corpus: Path) -> Comparison | None:
    """How far the bundle is from its network, told by error rates: for speech alone."""
    opened = bundle.load(str(draft))
    if opened.manifest.kind != "ctc":
        return None
    return compare(recogniser, opened, read_manifest(corpus / "manifest.tsv")[:COMPARED_CLIPS])


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--calibrate", default="sentences-dev")
    parser.add_argument("--measure", nargs="+", default=["sentences-dev", "sentences-test"])
    parser.add_argument("--clip", type=Path, default=GOLDEN_CLIP, help="the golden clip")
    parser.add_argument("--precision", choices=PRECISIONS, default=FLOAT32)
    options = parser.parse_args()
    export(**vars(options))


if __name__ == "__main__":
    main()
