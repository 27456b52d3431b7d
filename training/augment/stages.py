"""Random generators of the augmentation stages, one each."""

from enum import IntEnum

import numpy as np


class Stage(IntEnum):
    """Index of a stage's random generator among those spawned from the seed of a clip.

    Not the order of execution. The numbers are fixed, so that a recipe reproduces its results.
    """

    SPEED = 0
    SHIFT = 1
    ROOM = 2
    BABBLE = 3
    NOISE = 4
    CHANNEL = 5
    TRIM = 6
    MICROPHONE = 7


def stage_generators(seed: tuple[int, ...]) -> list[np.random.Generator]:
    """Independent random generators, indexed by `Stage`."""
    return np.random.default_rng(seed).spawn(len(Stage))
