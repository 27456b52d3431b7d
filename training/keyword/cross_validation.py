"""Tell words of people who were kept from training: `python -m training cross-validate RECIPE --data DIR`.

Cross-validation by speaker: the clips of `--sets` are parted, each speaker's into one part, and a
network learns by the recipe without each. Printed as JSON: what share of each part is right, and
what share with biases that were fitted on the others; then the `biases` of all of them, for the
recipe's parameters. The same command goes on where it was killed.
"""

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
from training.data.manifest import MANIFEST, Utterance, read_manifest, write_manifest
from training.errors import InputError
from training.fit.train import train
from training.keyword import bias_correction
from training.keyword.predictions import Answers, answers
from training.readable import dumps
from training.recipe import Recipe

FOLDS = 5
LEFT_OUT = "left-out"


def part(utterances: Sequence[Utterance], parts: int) -> list[int]:
    """The part that each utterance is of, all of a speaker in one.

    Speakers come one by one, those of most clips first, into the part that has fewest by then.
    Clips of nobody known ("?") are of a speaker each.

    Raises
    ------
    InputError
        If there are fewer speakers than parts.
    """
    names = [
        str(utterance.path) if utterance.speaker.endswith("?") else utterance.speaker
        for utterance in utterances
    ]
    clips = Counter(names)
    if len(clips) < parts:
        raise InputError(f"so few speakers as {len(clips)} cannot be parted into {parts}")
    sizes, where = [0] * parts, {}
    for name, count in sorted(clips.items(), key=lambda item: (-item[1], item[0])):
        where[name] = sizes.index(min(sizes))
        sizes[where[name]] += count
    return [where[name] for name in names]


def write(recipe: Recipe, data: Path, sets: Sequence[str], folds: int, out: Path) -> list[Path]:
    """Write `folds` folders of corpora under `out`: those of the recipe, and what is left out.

    Raises what `read_manifest` and `part` do, and InputError if `out` leaves out others: what has
    learned from those would be asked about people whom it knows.
    """
    data = data.absolute()  # a path in a manifest is else one within its folder
    clips = [(name, each) for name in sets for each in read_manifest(data / name / MANIFEST)]
    placed = list(zip(clips, part([each for _, each in clips], folds), strict=True))
    folders = [out / str(index) for index in range(folds)]
    for index, folder in enumerate(folders):
        left = [each for (_, each), its in placed if its == index]
        before = folder / LEFT_OUT / MANIFEST
        if before.exists() and paths(read_manifest(before)) != paths(left):
            raise InputError(f"{out} has other folds; name other --runs, or remove it and its runs")
        write_manifest(folder / LEFT_OUT, left)
        for name in recipe.train:
            if name in sets:
                kept = [each for (of, each), its in placed if of == name and its != index]
                write_manifest(folder / name, kept)
            elif not (folder / name).exists():
                (folder / name).symlink_to(data / name)
    return folders


def paths(utterances: Sequence[Utterance]) -> list[Path]:
    """Where the clips lie."""
    return [utterance.path for utterance in utterances]


def leave_out(recipe: Recipe, runs: Path, folder: Path, workers: int = 1) -> Answers:
    """What a network says of the left-out clips in `folder`, once it has learned from the others.

    It learns without biases, and is taken as it is at the end: nothing is chosen by those clips.
    """
    torch.set_num_threads(1)
    plain = {name: each for name, each in recipe.parameters.items() if name != "biases"}
    fold = replace(
        recipe,
        version=f"{recipe.version}-fold-{folder.name}",
        parameters=plain,
        dev=[LEFT_OUT],
        validate_every=recipe.steps,
    )
    with redirect_stdout(sys.stderr):  # what Lightning tells is not what is printed
        run = train(fold, folder, runs, workers)
    return answers(run, corpus.load(folder / LEFT_OUT / MANIFEST, runs / "cache"))


def report(parts: Sequence[Answers], labels: Sequence[str]) -> dict[str, Any]:
    """The share that is right of each part, as it is and with biases of the others, and those."""
    right = [round(each.right(), 3) for each in parts]
    others = [Answers.joined([*parts[:at], *parts[at + 1 :]]) for at in range(len(parts))]
    fitted = [bias_correction.fit(each.log_probs, each.classes) for each in others]
    every = Answers.joined(parts)
    of_all = bias_correction.fit(every.log_probs, every.classes).tolist()
    return {
        "clips": [len(each.classes) for each in parts],
        "accuracy": right,
        "with_biases_of_others": [
            round(each.right(added), 3) for each, added in zip(parts, fitted, strict=True)
        ],
        "biases": {word: round(bias, 2) for word, bias in zip(labels, of_all, strict=True)},
    }


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line; learn, and print."""
    parser = command_parser("cross-validate", __doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder of corpus folders")
    parser.add_argument("--sets", nargs="+", required=True, help="whose speakers are left out")
    parser.add_argument("--folds", type=int, default=FOLDS)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--jobs", type=int, default=1, help="networks that learn at a time")
    options = parser.parse_args(arguments)
    recipe = Recipe.read(options.recipe)
    if recipe.task != "keyword":
        raise InputError(f"{options.recipe} learns {recipe.task}, not keywords")
    out = options.runs / f"{recipe.name}-{recipe.version}-folds"
    folders = write(recipe, options.data, options.sets, options.folds, out)
    learn = partial(leave_out, recipe, options.runs)
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(learn, folders))
    print(dumps(report(parts, recipe.parameters["labels"])))
