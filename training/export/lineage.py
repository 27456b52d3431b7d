"""Training data of a model: corpora of its run and of the run or bundle it started from."""

from pathlib import Path

from asr import bundle
from training.data.provenance import DataSource, corpus_sources
from training.fit import warm_start
from training.fit.checkpoint import BEST, load_recipe
from training.recipe import Recipe


def lineage_sources(recipe: Recipe, data: Path, runs: Path) -> list[DataSource]:
    """List the corpora behind a model of `recipe` with their hours, the longest first.

    A data set that several runs of the lineage were trained on counts once. A bundle at its
    beginning lists corpora, not data sets: of a corpus that is both there and in a data set, the
    longer duration counts. A corpus that `sources.yaml` lacks has the name that manifests give it.

    Parameters
    ----------
    data : Path
        Folder of all data sets.
    runs : Path
        Folder of all runs, where a warm start finds the one that it names.
    """
    folders, of_bundle = _lineage(recipe, runs)
    found = {source["name"]: source for source in of_bundle}
    for source in corpus_sources(data / folder for folder in folders):
        earlier = found.get(source["name"], source)
        found[source["name"]] = max(source, earlier, key=lambda one: float(one["hours"]))
    return sorted(found.values(), key=lambda source: -float(source["hours"]))


def _lineage(recipe: Recipe, runs: Path) -> tuple[list[str], list[DataSource]]:
    """Data sets of a run and of those that it descends from, and the sources of a bundle."""
    earlier_folders: list[str] = []
    of_bundle: list[DataSource] = []
    if recipe.init_from:
        parent = warm_start.resolve(recipe.init_from, runs)
        if (parent / BEST).exists():
            earlier_folders, of_bundle = _lineage(load_recipe(parent / BEST), parent.parent)
        else:
            of_bundle = list(bundle.load(str(parent)).manifest.sources)
    return list(dict.fromkeys([*earlier_folders, *recipe.train])), of_bundle
