"""Front-ends that hear what stands out in a clip, for words by themselves."""

import math

import torch
from torch import Tensor
from torchaudio.functional import create_dct

from training.networks.features import SAMPLE_RATE, LogMel, frame_mask

DB_PER_NEPER = 10 / math.log(10)  # of power
RELATIVE_SCALE = 4.0  # nepers; brings relative powers and coefficients to the order of 1


class RelativeMel(LogMel):
    """Mel powers in dB above a floor that moves with the loudest: what stands out in a clip.

    They count from `range_db` below an utterance's loudest, so that level does not matter,
    silence is zero as padding is, and it is the same whether a clip is cut to its word or not:
    normalised by their mean and variance, 52 % of the digits of a speaker whose clips have no
    silence were right, and 85 % of the same with 0.1 s of it on either side.

    Parameters
    ----------
    pre_emphasis : float
        That much of the sample before is taken off each.
    range_db : float
        What is looked at. Noise of most rooms is 43 dB below speech; so is, with some people and
        where a recording ends at 4 kHz, the "s" of "six".
    mels, hop_seconds, window_seconds, top_hertz
        As for `LogMel`.
    """

    def __init__(
        self,
        mels: int,
        hop_seconds: float,
        window_seconds: float,
        top_hertz: float = SAMPLE_RATE / 2,
        pre_emphasis: float = 0.0,
        range_db: float = 43.0,
    ) -> None:
        super().__init__(mels, hop_seconds, window_seconds, top_hertz)
        # As a gain of powers by frequency: no sample of the padding is reached.
        turn = torch.exp(-1j * torch.pi * torch.linspace(0, 1, self.bank.shape[0]))
        self.bank = self.bank * (1 - pre_emphasis * turn).abs().square()[:, None]
        self.range, self.scale = range_db / DB_PER_NEPER, RELATIVE_SCALE

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), lengths (B,) to features (B, F, channels) and frames (B,)."""
        above, frames = self.spectrum(waveforms, lengths)
        return self.features(above), frames

    def spectrum(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), lengths (B,) to what stands out, (B, F, mels), and frames (B,)."""
        frames = self.frames(lengths)
        powers = self.log_mel(waveforms)
        outside = ~frame_mask(frames, powers.shape[1])[:, :, None]
        peak = powers.masked_fill(outside, math.log(self.floor)).amax((1, 2), keepdim=True)
        return (powers - peak + self.range).clamp_min(0).masked_fill(outside, 0.0), frames

    def features(self, spectrum: Tensor) -> Tensor:
        """What stands out by frequency, (B, F, mels), to features of the order of 1."""
        return spectrum / self.scale


class Mfcc(RelativeMel):
    """Mel-frequency cepstral coefficients (Davis and Mermelstein 1980) of what stands out.

    Parameters
    ----------
    coefficients : int
        How many are kept, the zeroth (the level) included.
    mels, hop_seconds, window_seconds, top_hertz, pre_emphasis, range_db
        As for `RelativeMel`.
    """

    dct: Tensor

    def __init__(
        self,
        coefficients: int,
        mels: int,
        hop_seconds: float,
        window_seconds: float,
        top_hertz: float = SAMPLE_RATE / 2,
        pre_emphasis: float = 0.0,
        range_db: float = 43.0,
    ) -> None:
        super().__init__(mels, hop_seconds, window_seconds, top_hertz, pre_emphasis, range_db)
        self.channels = coefficients
        self.register_buffer("dct", create_dct(coefficients, mels, "ortho"), persistent=False)

    def features(self, spectrum: Tensor) -> Tensor:
        """What stands out by frequency, (B, F, mels), to coefficients (B, F, coefficients)."""
        return spectrum @ self.dct / self.scale
