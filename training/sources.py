"""What a model has learned from: the corpora of its run, and of what it began with."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from asr import bundle
from training import initial
from training.checkpoint import read
from training.corpus import MANIFEST, read_manifest
from training.recipe import Recipe

KNOWN = Path(__file__).with_name("sources.yaml")
UNKNOWN = {"license": "not told", "reference": "not told"}

Source = dict[str, Any]


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


def of_texts(texts: Iterable[Path], transcripts: Iterable[Path]) -> list[dict[str, str]]:
    """Name, licence and reference of each text, by the name of its file, and of each corpus."""
    known = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    names = [text.stem for text in texts]
    for manifest in transcripts:
        names += [utterance.corpus for utterance in read_manifest(manifest)]
    named = [known.get(name, {"name": name} | UNKNOWN) for name in names]
    return list({source["name"]: source for source in named}.values())


def _heard(recipe: Recipe, runs: Path) -> tuple[list[str], list[Source]]:
    """The folders of a run and of those before it, each once, and the sources of a bundle."""
    before: list[str] = []
    listed: list[Source] = []
    if recipe.initial:
        begun = initial.find(recipe.initial, runs)
        if (begun / initial.BEST).exists():
            earlier = Recipe(**read(begun / initial.BEST)["hyper_parameters"]["recipe"])
            before, listed = _heard(earlier, begun.parent)
        else:
            listed = list(bundle.load(str(begun)).manifest.sources)
    return list(dict.fromkeys([*before, *recipe.train])), listed


def _of_folders(folders: Iterable[Path]) -> list[Source]:
    known = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    seconds: Counter[str] = Counter()
    for folder in folders:
        for utterance in read_manifest(folder / MANIFEST):
            source = known.setdefault(utterance.corpus, {"name": utterance.corpus} | UNKNOWN)
            seconds[source["name"]] += utterance.seconds  # type: ignore[assignment]
    by_name = {source["name"]: source for source in known.values()}
    return [
        by_name[name] | {"hours": round(total / 3600, 1)} for name, total in seconds.most_common()
    ]
