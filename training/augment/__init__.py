"""Seeded data augmentation of waveforms and of spectral features.

The loader's workers augment waveforms, seeded by the recipe's seed, the item's index and its serial
number. The training step augments features, from the global generator seeded with the recipe's seed
and the step.
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
