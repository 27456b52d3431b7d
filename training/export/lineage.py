"""Data sources of a trained model: the corpora of its run and of the runs or bundle it started from."""

from pathlib import Path

from asr import bundle
from training.data.provenance import Source, _of_folders
from training.fit import warm_start
from training.fit.checkpoint import read
from training.recipe import Recipe


def sources(recipe: Recipe, data: Path, runs: Path) -> list[Source]:
    """The corpora behind a model of `recipe`, with their hours, most first.

    A folder that was heard before the run, and again in it, counts once; of what the bundle has
    heard that it all began with, and of the same source in folders, the more. A corpus that
    `sources.yaml` does not know is called what its manifest calls it.
    """
    folders, listed = _heard(recipe, runs)
    found = {source["name"]: source for source in listed}
    for source in _of_folders(data / folder for folder in folders):
        earlier = found.get(source["name"], source)
        found[source["name"]] = max(source, earlier, key=lambda one: float(one["hours"]))
    return sorted(found.values(), key=lambda source: -float(source["hours"]))


def _heard(recipe: Recipe, runs: Path) -> tuple[list[str], list[Source]]:
    """The folders of a run and of those before it, each once, and the sources of a bundle."""
    before: list[str] = []
    listed: list[Source] = []
    if recipe.initial:
        begun = warm_start.find(recipe.initial, runs)
        if (begun / warm_start.BEST).exists():
            earlier = Recipe(**read(begun / warm_start.BEST)["hyper_parameters"]["recipe"])
            before, listed = _heard(earlier, begun.parent)
        else:
            listed = list(bundle.load(str(begun)).manifest.sources)
    return list(dict.fromkeys([*before, *recipe.train])), listed
