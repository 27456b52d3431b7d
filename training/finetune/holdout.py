"""Held-out clips of a user's own speech: by speaker, else by sentence, deterministic."""

import math
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from training.data.manifest import Utterance
from training.finetune.clips import UNKNOWN_SPEAKER

SHARE = 0.1  # of the clips
MIN_CLIPS = 5
MAX_SHARE = 0.25  # of the clips, where whole speakers are held out

# What clips in training and held-out clips never share, the strictest first.
KEYS: Mapping[str, Callable[[Utterance], str]] = {
    "speaker": lambda each: each.speaker,
    "sentence": lambda each: each.text,
    "file": lambda each: each.path.name,
}


@dataclass(frozen=True)
class Split:
    """Clips to train on, and held-out ones.

    Attributes
    ----------
    disjoint_by : str
        What the two never share: a key of `KEYS`.
    """

    train: list[Utterance]
    held_out: list[Utterance]
    disjoint_by: str


def split(utterances: Sequence[Utterance]) -> Split:
    """Hold out a tenth of the clips, at least `MIN_CLIPS`.

    Speakers are held out as a whole if all are known and that leaves enough clips to train on, else
    sentences. A clip's side depends on its speaker or sentence and not on the order.

    Parameters
    ----------
    utterances : sequence of Utterance
        At least twice `MIN_CLIPS`.
    """
    needed = max(MIN_CLIPS, math.ceil(SHARE * len(utterances)))
    most = max(needed, math.floor(MAX_SHARE * len(utterances)))
    for name, key in KEYS.items():
        if name == "speaker" and any(each.speaker.endswith(UNKNOWN_SPEAKER) for each in utterances):
            continue
        held_out = _choose(Counter(map(key, utterances)), needed, most)
        if held_out:
            break
    return Split(
        [each for each in utterances if key(each) not in held_out],
        [each for each in utterances if key(each) in held_out],
        name,
    )


def _choose(clips: Counter[str], needed: int, most: int) -> set[str]:
    """Groups with `needed` to `most` clips in all, in pseudo-random order; none if there are none.

    Parameters
    ----------
    clips : Counter
        Number of clips of each group.
    """
    chosen: set[str] = set()
    count = 0
    for group in sorted(clips, key=lambda name: (zlib.crc32(name.encode()), name)):
        if count + clips[group] <= most and count < needed:
            chosen.add(group)
            count += clips[group]
    return chosen if count >= needed else set()
