"""Array types of waveforms and model outputs."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]  # waveform, shape (samples,), in [-1, 1] at 16 kHz
Channels = NDArray[np.float32]  # waveforms, shape (samples, channels), at 16 kHz
LogProbs = NDArray[np.float32]  # shape (frames, classes)
