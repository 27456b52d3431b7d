"""Training data of a model: corpora of its run and of the run, bundle or weights before it."""

from pathlib import Path

from asr import bundle
from training.data.provenance import DataSource, corpus_sources
from training.fit import warm_start
from training.fit.checkpoint import BEST, load_recipe
from training.fit.weights_folder import WEIGHTS, WeightsSource, read_source
from training.recipe import Recipe


def lineage_sources(recipe: Recipe, data: Path, runs: Path) -> list[DataSource]:
    """List the corpora behind a model of `recipe` with their hours, the longest first.

    A data set that several runs of the lineage were trained on counts once. A bundle at its
    beginning lists corpora, not data sets: of a corpus that is both there and in a data set, the
    longer duration counts. A corpus that `sources.yaml` lacks has the name that manifests give it.
    Imported weights are a source without hours, at the end.

    Parameters
    ----------
    data : Path
        Folder of all data sets.
    runs : Path
        Folder of all runs, where a warm start finds the one that it names.
    """
    folders, earlier_sources = _lineage(recipe, runs)
    found = {source["name"]: source for source in earlier_sources}
    for source in corpus_sources(data / folder for folder in folders):
        earlier = found.get(source["name"], source)
        found[source["name"]] = max(source, earlier, key=_hours)
    return sorted(found.values(), key=_hours, reverse=True)


def _hours(source: DataSource) -> float:
    return float(source.get("hours", 0.0))


def _lineage(recipe: Recipe, runs: Path) -> tuple[list[str], list[DataSource]]:
    """Data sets of a run and of those that it descends from, and the sources of its beginning."""
    earlier_folders: list[str] = []
    sources: list[DataSource] = []
    if recipe.init_from:
        parent = warm_start.resolve(recipe.init_from, runs)
        if (parent / BEST).exists():
            earlier_folders, sources = _lineage(load_recipe(parent / BEST), parent.parent)
        elif (parent / WEIGHTS).exists():
            sources = [_weights_source(read_source(parent))]
        else:
            sources = list(bundle.load(str(parent)).manifest.sources)
    return list(dict.fromkeys([*earlier_folders, *recipe.train])), sources


def _weights_source(weights: WeightsSource) -> DataSource:
    return {
        "name": f"initial weights: {weights.name}",
        "license": f"{weights.license}, {weights.copyright}",
        "reference": weights.reference,
    }
