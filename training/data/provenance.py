"""What a model has learned from: the corpora of its run, and of what it began with."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from training.data.manifest import MANIFEST, read_manifest

KNOWN = Path(__file__).with_name("sources.yaml")
UNKNOWN = {"license": "not told", "reference": "not told"}

Source = dict[str, Any]


def of_texts(texts: Iterable[Path], transcripts: Iterable[Path]) -> list[dict[str, str]]:
    """Name, licence and reference of each text, by the name of its file, and of each corpus."""
    known = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    names = [text.stem for text in texts]
    for manifest in transcripts:
        names += [utterance.corpus for utterance in read_manifest(manifest)]
    named = [known.get(name, {"name": name} | UNKNOWN) for name in names]
    return list({source["name"]: source for source in named}.values())


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
