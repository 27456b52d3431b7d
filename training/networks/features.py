"""Front ends inside the networks: log-mel and mel-power spectrograms, raw waveform frames."""

import math
import warnings

import torch
from torch import Tensor, nn
from torchaudio.functional import melscale_fbanks
from torchaudio.transforms import MelSpectrogram

from asr.audio.audio import SAMPLE_RATE
from training.networks.base import FrontEnd

LOG_FLOOR = 1e-6  # mel power that counts as silence; 16-bit quantisation noise is near 1e-5
# Log-mel powers of `LogMel(80, 0.01, 0.025)` over every twelfth clip of the training sentences.
FIXED_MEAN, FIXED_DEVIATION = -6.05, 4.29


def frame_mask(lengths: Tensor, frames: int) -> Tensor:
    """Mask of the frames inside each utterance; shape (B, frames), bool."""
    return torch.arange(frames, device=lengths.device)[None, :] < lengths[:, None]


def normalise(features: Tensor, frames: Tensor) -> Tensor:
    """Normalise features (B, F, channels) to mean 0, variance 1 per utterance and channel.

    Padding becomes 0. A constant channel (digital silence) stays at zero rather than becoming
    amplified noise.
    """
    mask = frame_mask(frames, features.shape[1])[:, :, None].to(features.dtype)
    count = frames[:, None, None].to(features.dtype)
    mean = (features * mask).sum(1, keepdim=True) / count
    centred = (features - mean) * mask
    variance = centred.square().sum(1, keepdim=True) / count
    return centred / (variance + 1e-2).sqrt()


class LogMel(FrontEnd):
    """Normalised log-mel spectrogram.

    Frame `i` is centred on sample `i * hop`. The signal is padded with zeros, as a batch is, so
    an utterance's frames do not depend on its batch (torchaudio's `MelSpectrogram` mirrors the
    ends instead).

    Parameters
    ----------
    mels : int
        Number of mel channels.
    hop_seconds, window_seconds : float
        Step and width of the Hann window.
    top_hertz : float
        Upper edge of the last mel channel.
    normalisation : str
        `utterance`: each channel of an utterance to mean 0 and variance 1, which removes level
        and microphone; `fixed`: by two constants, so that a frame depends only on the samples
        around it, and a window of long audio has the frames of the whole.

    Raises
    ------
    ValueError
        If `normalisation` is neither.
    """

    window: Tensor
    bank: Tensor

    def __init__(
        self,
        mels: int,
        hop_seconds: float,
        window_seconds: float,
        top_hertz: float = SAMPLE_RATE / 2,
        normalisation: str = "utterance",
    ) -> None:
        super().__init__()
        self.channels = mels
        self.top_hertz = top_hertz
        if normalisation not in {"utterance", "fixed"}:
            raise ValueError(
                f"normalisation {normalisation!r} is unknown; use 'utterance' or 'fixed'"
            )
        self.fixed = normalisation == "fixed"
        self.hop = round(hop_seconds * SAMPLE_RATE)
        self.width = round(window_seconds * SAMPLE_RATE)
        self.context = self.width / 2 if self.fixed else math.inf
        self.fft = 1 << (self.width - 1).bit_length()
        self.floor = LOG_FLOOR
        self.mean, self.deviation = FIXED_MEAN, FIXED_DEVIATION
        self.register_buffer("window", torch.hann_window(self.width), persistent=False)
        bank = _mel_bank(self.fft, top_hertz, mels)
        while not bank.any(0).all():  # a filter narrower than the bin spacing is empty
            self.fft *= 2
            bank = _mel_bank(self.fft, top_hertz, mels)
        self.register_buffer("bank", bank, persistent=False)

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T) and lengths (B,) in samples to features (B, F, mels) and frames (B,)."""
        return self.spectrum(waveforms, lengths)

    def spectrum(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features on a frequency axis, for SpecAugment; here the features themselves.

        Parameters
        ----------
        waveforms : Tensor, shape (B, T), float32 in [-1, 1] at 16 kHz
        lengths : Tensor, shape (B,), int64
            Samples.

        Returns
        -------
        spectrum : Tensor, shape (B, F, mels)
        frames : Tensor, shape (B,), int64
        """
        frames = self.frames(lengths)
        powers = self.log_mel(waveforms)
        if not self.fixed:
            return normalise(powers, frames), frames
        outside = ~frame_mask(frames, powers.shape[1])[:, :, None]
        return ((powers - self.mean) / self.deviation).masked_fill(outside, 0.0), frames

    def features(self, spectrum: Tensor) -> Tensor:
        """Network input (B, F, channels) from a `spectrum` (B, F, mels); here the same tensor."""
        return spectrum

    def frames(self, lengths: Tensor) -> Tensor:
        """Frames (B,) of utterances of `lengths` (B,) samples."""
        return torch.div(lengths, self.hop, rounding_mode="floor") + 1

    def log_mel(self, waveforms: Tensor) -> Tensor:
        """Natural logarithm of mel powers (B, F, mels) of waveforms (B, T), not normalised."""
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
        # (B, bins, F). Under autocast, a sum over a last axis of two took most of the time.
        power = spectrum.real.square() + spectrum.imag.square()
        return (power.transpose(1, 2) @ self.bank).clamp_min(self.floor).log()


def _mel_bank(fft: int, top_hertz: float, mels: int) -> Tensor:
    """Triangular filters on HTK's mel scale, 20 Hz to `top_hertz`; shape (fft // 2 + 1, mels)."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "At least one mel filterbank has all zero", UserWarning)
        return melscale_fbanks(fft // 2 + 1, 20.0, top_hertz, mels, SAMPLE_RATE)


class WaveformFrames(FrontEnd):
    """Raw waveform in frames that do not overlap; each sample is a channel.

    Parameters
    ----------
    hop_seconds : float
        Length of a frame.
    """

    def __init__(self, hop_seconds: float) -> None:
        super().__init__()
        self.hop = round(hop_seconds * SAMPLE_RATE)
        self.channels = self.hop
        self.context = math.inf

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), lengths (B,) to frames of samples (B, F, hop) and frames (B,)."""
        frames = torch.div(lengths + self.hop - 1, self.hop, rounding_mode="floor")
        missing = -waveforms.shape[1] % self.hop
        padded = torch.nn.functional.pad(waveforms, [0, missing])
        return padded.reshape(waveforms.shape[0], -1, self.hop), frames


class MelPower(FrontEnd):
    """Mel-power spectrogram of the published recogniser: no logarithm, no normalisation.

    Each utterance is transformed separately, because its ends are mirrored into the first and the
    last frame. Of the published 128 filters 4 are narrower than the bin spacing and give 0.

    Parameters
    ----------
    mels : int
        Number of mel channels.
    hop_seconds, window_seconds : float
        Step and width of the Hann window; published: torchaudio's defaults, 12.5 and 25 ms.
    """

    def __init__(self, mels: int, hop_seconds: float, window_seconds: float) -> None:
        super().__init__()
        self.channels = mels
        self.context = math.inf
        self.hop = round(hop_seconds * SAMPLE_RATE)
        width = round(window_seconds * SAMPLE_RATE)
        self.shortest = width // 2 + 1  # samples; mirroring needs more than half a window
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "At least one mel filterbank has all zero")
            self.transform = MelSpectrogram(
                SAMPLE_RATE, n_fft=width, hop_length=self.hop, n_mels=mels
            )

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T) and lengths (B,) in samples to features (B, F, mels) and frames (B,)."""
        features: list[Tensor] = []
        for row in range(waveforms.shape[0]):
            waveform = waveforms[row, : int(lengths[row])]
            missing = max(0, self.shortest - waveform.shape[0])
            power = self.transform(torch.nn.functional.pad(waveform, [0, missing]))
            features.append(power.transpose(0, 1))
        frames = torch.div(lengths.clamp_min(self.shortest), self.hop, rounding_mode="floor") + 1
        return nn.utils.rnn.pad_sequence(features, batch_first=True), frames
