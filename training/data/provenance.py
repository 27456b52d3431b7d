"""Names, licences and references of the data that models are trained on."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from training.data.manifest import CORPUS_MANIFEST, read_manifest

SOURCES_FILE = Path(__file__).with_name("sources.yaml")
UNKNOWN = {"license": "unknown", "reference": "unknown"}

# The members `name`, `license` and `reference`, and `hours` for corpora of speech.
DataSource = dict[str, Any]


def text_sources(texts: Iterable[Path], transcripts: Iterable[Path]) -> list[DataSource]:
    """Sources of text files, by their names, and of the corpora of transcripts, each once.

    Parameters
    ----------
    texts : iterable of Path
        Text files.
    transcripts : iterable of Path
        Manifests of corpora.
    """
    known = _known_sources()
    names = [text.stem for text in texts]
    for manifest in transcripts:
        names += [utterance.corpus for utterance in read_manifest(manifest)]
    named = [known.get(name, {"name": name} | UNKNOWN) for name in names]
    return list({source["name"]: source for source in named}.values())


def corpus_sources(folders: Iterable[Path]) -> list[DataSource]:
    """Sources of the corpora in `folders` with their hours, the largest first."""
    known = _known_sources()
    seconds: Counter[str] = Counter()
    for folder in folders:
        for utterance in read_manifest(folder / CORPUS_MANIFEST):
            source = known.setdefault(utterance.corpus, {"name": utterance.corpus} | UNKNOWN)
            seconds[source["name"]] += utterance.seconds  # type: ignore[assignment]
    by_name = {source["name"]: source for source in known.values()}
    return [
        by_name[name] | {"hours": round(total / 3600, 1)} for name, total in seconds.most_common()
    ]


def _known_sources() -> dict[str, DataSource]:
    known: dict[str, DataSource] = yaml.safe_load(SOURCES_FILE.read_text(encoding="utf-8"))
    return known
