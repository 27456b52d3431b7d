"""Cross-validation of a keyword recipe by speaker.

`python -m training cross-validate RECIPE --data DIR --sets SET...` splits the clips of `--sets`
into folds without a common speaker (group k-fold), and for each fold trains a network on the others
and evaluates it on the fold. It prints as JSON the accuracy of each fold, without class bias and
with one that was fitted on the other folds, and the `class_bias` fitted on all folds, for the
recipe's parameters. The same command resumes an interrupted cross-validation.
"""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from training.cli import command, command_parser
from training.data import corpus
from training.data.manifest import CORPUS_MANIFEST, Utterance, read_manifest, write_manifest
from training.errors import InputError
from training.fit.train import train
from training.keyword.bias_correction import fit_class_bias
from training.keyword.predictions import Predictions, predict
from training.recipe import Recipe

FOLDS = 5
HELD_OUT = "held-out"  # data set of a fold: its clips, which its network is not trained on


def group_k_fold(utterances: Sequence[Utterance], folds: int) -> list[int]:
    """Assign each utterance to a fold, all utterances of a speaker to the same one.

    Speakers are assigned in descending order of their clips, each to the fold that has the fewest
    clips so far. Each clip of an unknown speaker ("?") counts as a separate speaker.

    Raises
    ------
    InputError
        If there are fewer speakers than folds.
    """
    speakers = [
        str(utterance.path) if utterance.speaker.endswith("?") else utterance.speaker
        for utterance in utterances
    ]
    clips = Counter(speakers)
    if len(clips) < folds:
        raise InputError(f"found {len(clips)} speakers for {folds} folds: lower --folds")
    sizes, fold_of = [0] * folds, {}
    for speaker, count in sorted(clips.items(), key=lambda item: (-item[1], item[0])):
        fold_of[speaker] = sizes.index(min(sizes))
        sizes[fold_of[speaker]] += count
    return [fold_of[speaker] for speaker in speakers]


def write_folds(
    recipe: Recipe, data: Path, sets: Sequence[str], folds: int, out: Path
) -> list[Path]:
    """Write a folder of data sets for each fold under `out`, and return these folders.

    Each has the data sets of the recipe, those in `sets` without the clips of the fold, and these
    clips as the data set `HELD_OUT`.

    Raises
    ------
    InputError
        If a manifest cannot be used, there are fewer speakers than folds, or `out` has other folds:
        networks trained on those would be evaluated on speakers of their training data.
    OSError
        If a manifest is missing.
    """
    data = data.absolute()  # a relative path in a manifest would be relative to its folder
    clips = [(name, each) for name in sets for each in read_manifest(data / name / CORPUS_MANIFEST)]
    fold_of = group_k_fold([utterance for _, utterance in clips], folds)
    assigned = list(zip(clips, fold_of, strict=True))
    folders = [out / str(index) for index in range(folds)]
    for index, folder in enumerate(folders):
        held_out = [utterance for (_, utterance), fold in assigned if fold == index]
        existing = folder / HELD_OUT / CORPUS_MANIFEST
        if existing.exists() and _paths(read_manifest(existing)) != _paths(held_out):
            raise InputError(
                f"{out} has folds of other clips: name other --runs, or remove it and its runs"
            )
        write_manifest(folder / HELD_OUT, held_out)
        for name in recipe.train:
            if name in sets:
                kept = [each for (of, each), fold in assigned if of == name and fold != index]
                write_manifest(folder / name, kept)
            elif not (folder / name).exists():
                (folder / name).symlink_to(data / name)
    return folders


def _paths(utterances: Sequence[Utterance]) -> list[Path]:
    return [utterance.path for utterance in utterances]


def train_fold(
    recipe: Recipe, runs: Path, name: str, folder: Path, workers: int = 1
) -> Predictions:
    """Train the run `name-fold-INDEX` on the data of a fold, and predict its held-out clips.

    It is trained without class bias, and its last checkpoint is used: the held-out clips select
    nothing.

    Raises
    ------
    InputError
        If a data set or the recipe cannot be used.
    """
    torch.set_num_threads(1)
    parameters = {key: value for key, value in recipe.parameters.items() if key != "class_bias"}
    fold = replace(
        recipe,
        parameters=parameters,
        dev=[HELD_OUT],
        validation_interval=recipe.steps,
    )
    with redirect_stdout(sys.stderr):  # standard output is for the report
        run = train(fold, folder, runs, f"{name}-fold-{folder.name}", workers)
    return predict(run, corpus.load_corpus(folder / HELD_OUT / CORPUS_MANIFEST, runs / "cache"))


def cross_validation_report(
    predictions: Sequence[Predictions], labels: Sequence[str]
) -> dict[str, Any]:
    """Accuracy of each fold, without and with a class bias fitted on the others, for JSON.

    Parameters
    ----------
    predictions : sequence of Predictions
        Of the held-out clips of each fold.
    labels : sequence of str, length words
        The words, in the order of the classes.
    """
    accuracies = [round(fold.accuracy(), 3) for fold in predictions]
    with_bias = []
    for index, fold in enumerate(predictions):
        others = Predictions.concatenate([*predictions[:index], *predictions[index + 1 :]])
        class_bias = fit_class_bias(others.log_probs, others.classes)
        with_bias.append(round(fold.accuracy(class_bias), 3))
    pooled = Predictions.concatenate(predictions)
    pooled_bias = fit_class_bias(pooled.log_probs, pooled.classes).tolist()
    return {
        "clips": [len(fold.classes) for fold in predictions],
        "accuracy": accuracies,
        "accuracy_with_class_bias": with_bias,
        "class_bias": {
            word: round(bias, 2) for word, bias in zip(labels, pooled_bias, strict=True)
        },
    }


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line, train the folds, and print the report."""
    parser = command_parser("cross-validate", __doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder of data sets")
    parser.add_argument("--sets", nargs="+", required=True, help="data sets to split into folds")
    parser.add_argument("--folds", type=int, default=FOLDS, help=f"default: {FOLDS}")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="default: runs")
    parser.add_argument("--jobs", type=int, default=1, help="networks trained in parallel")
    options = parser.parse_args(arguments)
    recipe = Recipe.read(options.recipe)
    if recipe.task != "keyword":
        raise InputError(
            f"{options.recipe} has the task {recipe.task}, but cross-validation needs keyword"
        )
    name = options.recipe.stem
    out = options.runs / f"{name}-folds"
    folders = write_folds(recipe, options.data, options.sets, options.folds, out)
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        predictions = list(pool.map(partial(train_fold, recipe, options.runs, name), folders))
    report = cross_validation_report(predictions, recipe.parameters["labels"])
    print(json.dumps(report, indent=1, ensure_ascii=False))
