"""What a model has learned from: the corpora of its run, and of what it began with."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from asr import bundle
from training import initial
from training.checkpoint import read
from training.corpus import read_manifest
from training.recipe import Recipe

KNOWN = Path(__file__).with_name("sources.yaml")
UNKNOWN = {"license": "not told", "reference": "not told"}

Source = dict[str, Any]


def sources(recipe: Recipe, data: Path, runs: Path) -> list[Source]:
    """The corpora behind a model of `recipe`, with their hours, most first.

    What was heard before the run, and again in it, counts once. A corpus that `sources.yaml` does
    not know is called what its manifest calls it.
    """
    found = {source["name"]: source for source in _before(recipe, data, runs)}
    for source in _of_run(recipe, data):
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


def _before(recipe: Recipe, data: Path, runs: Path) -> list[Source]:
    if not recipe.initial:
        return []
    begun = initial.find(recipe.initial, runs)
    if (begun / initial.BEST).exists():
        earlier = Recipe(**read(begun / initial.BEST)["hyper_parameters"]["recipe"])
        return sources(earlier, data, begun.parent)
    return list(bundle.load(str(begun)).manifest.sources)


def _of_run(recipe: Recipe, data: Path) -> list[Source]:
    known = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    seconds: Counter[str] = Counter()
    for folder in dict.fromkeys(recipe.train):  # one may be there twice, to be heard twice as often
        for utterance in read_manifest(data / folder / "manifest.tsv"):
            source = known.setdefault(utterance.corpus, {"name": utterance.corpus} | UNKNOWN)
            seconds[source["name"]] += utterance.seconds  # type: ignore[assignment]
    by_name = {source["name"]: source for source in known.values()}
    return [
        by_name[name] | {"hours": round(total / 3600, 1)} for name, total in seconds.most_common()
    ]
