"""The front-end inside every network: waveforms to log-mel features, padding kept apart."""

import torch
from torch import Tensor, nn
from torchaudio.functional import melscale_fbanks

SAMPLE_RATE = 16_000  # Hz
LOG_FLOOR = 1e-6  # mel power under which all is silence; 16-bit quantisation noise is near 1e-5


def frame_mask(lengths: Tensor, frames: int) -> Tensor:
    """True where a frame belongs to its utterance; shape (B, frames), bool."""
    return torch.arange(frames, device=lengths.device)[None, :] < lengths[:, None]


class LogMel(nn.Module):
    """Log-mel spectrogram, normalised to mean 0 and variance 1 per utterance and channel.

    Frame `i` is centred on sample `i * hop`. The signal is padded with zeros, as a batch is, so
    an utterance's frames do not depend on what it is batched with.

    Parameters
    ----------
    mels : int
        Number of mel channels.
    hop_seconds, window_seconds : float
        Step and width of the Hann window.
    """

    window: Tensor
    bank: Tensor

    def __init__(self, mels: int, hop_seconds: float, window_seconds: float) -> None:
        super().__init__()
        self.hop = round(hop_seconds * SAMPLE_RATE)
        self.width = round(window_seconds * SAMPLE_RATE)
        self.fft = 1 << (self.width - 1).bit_length()
        self.floor = LOG_FLOOR
        self.register_buffer("window", torch.hann_window(self.width), persistent=False)
        bank = melscale_fbanks(self.fft // 2 + 1, 20.0, SAMPLE_RATE / 2, mels, SAMPLE_RATE)
        self.register_buffer("bank", bank, persistent=False)

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T) and lengths (B,) in samples to features (B, F, mels) and frames (B,)."""
        spectrum = torch.stft(
            waveforms.float(),
            self.fft,
            hop_length=self.hop,
            win_length=self.width,
            window=self.window,
            center=True,
            pad_mode="constant",
            return_complex=True,
        )
        power = torch.view_as_real(spectrum).square().sum(-1)  # (B, bins, F)
        features = (power.transpose(1, 2) @ self.bank).clamp_min(self.floor).log()
        frames = torch.div(lengths, self.hop, rounding_mode="floor") + 1
        mask = frame_mask(frames, features.shape[1])[:, :, None].to(features.dtype)
        count = frames[:, None, None].to(features.dtype)
        mean = (features * mask).sum(1, keepdim=True) / count
        centred = (features - mean) * mask
        variance = centred.square().sum(1, keepdim=True) / count
        # A constant channel (digital silence) stays at zero rather than becoming amplified noise.
        return centred / (variance + 1e-2).sqrt(), frames
