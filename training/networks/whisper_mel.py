"""Log-mel front end of OpenAI Whisper (Radford et al. 2022), independent of the level."""

import math

import torch
from torch import Tensor
from torchaudio.functional import melscale_fbanks

from asr.audio.audio import SAMPLE_RATE
from training.networks.base import FrontEnd
from training.networks.features import frame_mask

HOP = 160  # samples; 10 ms
WINDOW = 400  # samples; 25 ms
DYNAMIC_RANGE = 8.0  # in log10 of mel power below the maximum: 80 dB
PEAK = 1.5  # log10 of the mel power to which each utterance's maximum is scaled
# Mel power of a maximum near -90 dBFS. A quieter one is not raised to PEAK: it would be the
# quantisation noise of 16-bit samples.
SILENCE = 1e-8


class WhisperLogMel(FrontEnd):
    """Log-mel spectrogram of Whisper, scaled by the maximum of each utterance.

    The original has an absolute scale and floor: at -50 dB, word error rates grew by 0.14. Here
    the maximum of each utterance is set to `PEAK`, near the maximum of speech at full scale. The
    ends of a signal are padded with zeros, as a batch is, instead of mirrored.

    Parameters
    ----------
    mels : int
        Number of mel channels; 80 in all models but large-v3.
    """

    window: Tensor
    bank: Tensor

    def __init__(self, mels: int = 80) -> None:
        super().__init__()
        self.channels = mels
        self.hop, self.width = HOP, WINDOW
        self.peak, self.floor, self.silence = PEAK, 10.0**-DYNAMIC_RANGE, SILENCE
        self.context = math.inf
        self.register_buffer("window", torch.hann_window(WINDOW), persistent=False)
        bank = melscale_fbanks(
            WINDOW // 2 + 1, 0.0, SAMPLE_RATE / 2, mels, SAMPLE_RATE, "slaney", "slaney"
        )
        self.register_buffer("bank", bank, persistent=False)

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T) and lengths (B,) in samples to features (B, F, mels) and frames (B,)."""
        spectrum = torch.stft(
            waveforms.float(),
            self.width,
            hop_length=self.hop,
            window=self.window,
            center=True,
            pad_mode="constant",
            return_complex=True,
        )[:, :, : max(1, waveforms.shape[1] // self.hop)]
        power = (spectrum.real.square() + spectrum.imag.square()).transpose(1, 2) @ self.bank
        frames = torch.div(lengths, self.hop, rounding_mode="floor").clamp_min(1)
        outside = ~frame_mask(frames, power.shape[1])[:, :, None]
        peak = power.masked_fill(outside, 0.0).amax((1, 2), keepdim=True).clamp_min(self.silence)
        decades = (power / peak).clamp_min(self.floor).log10() + self.peak
        return ((decades + 4.0) / 4.0).masked_fill(outside, 0.0), frames
