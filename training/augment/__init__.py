"""What is done to clips so that the network hears more than they hold: all of it seeded.

Waveforms are altered in the loader's workers, from the seed, the index and how many came before;
features in the training step, from the generator that is seeded with the recipe's seed and the
step.
"""

from training.augment.noise import babble, coloured_noise, mix, room_tone
from training.augment.pipeline import WaveformAugmentation
from training.augment.spec_augment import SpecAugment

__all__ = [
    "SpecAugment",
    "WaveformAugmentation",
    "babble",
    "coloured_noise",
    "mix",
    "room_tone",
]
