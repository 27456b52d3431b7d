"""Conversion of waveforms to 16-bit PCM."""

import numpy as np
from numpy.typing import NDArray

from asr.types import Samples


def to_int16(samples: Samples) -> NDArray[np.int16]:
    """Quantise samples (samples,) in [-1, 1] to 16 bits; full scale is 32,767 of either sign."""
    return np.round(samples * np.float32(32767)).astype(np.int16)
