"""The front-ends inside the networks: waveforms to features by frame, padding kept apart."""

import warnings

import torch
from torch import Tensor, nn
from torchaudio.functional import melscale_fbanks
from torchaudio.transforms import MelSpectrogram

SAMPLE_RATE = 16_000  # Hz
LOG_FLOOR = 1e-6  # mel power under which all is silence; 16-bit quantisation noise is near 1e-5
# Of log-mel powers of `LogMel(80, 0.01, 0.025)` over every twelfth clip of the training sentences.
FIXED_MEAN, FIXED_DEVIATION = -6.05, 4.29


def frame_mask(lengths: Tensor, frames: int) -> Tensor:
    """True where a frame belongs to its utterance; shape (B, frames), bool."""
    return torch.arange(frames, device=lengths.device)[None, :] < lengths[:, None]


def normalise(features: Tensor, frames: Tensor) -> Tensor:
    """Features (B, F, channels) to mean 0 and variance 1 per utterance and channel; padding to 0.

    A constant channel (digital silence) stays at zero rather than becoming amplified noise.
    """
    mask = frame_mask(frames, features.shape[1])[:, :, None].to(features.dtype)
    count = frames[:, None, None].to(features.dtype)
    mean = (features * mask).sum(1, keepdim=True) / count
    centred = (features - mean) * mask
    variance = centred.square().sum(1, keepdim=True) / count
    return centred / (variance + 1e-2).sqrt()


class LogMel(nn.Module):
    """Log-mel spectrogram, normalised.

    Frame `i` is centred on sample `i * hop`. The signal is padded with zeros, as a batch is, so
    an utterance's frames do not depend on what it is batched with.

    Parameters
    ----------
    mels : int
        Number of mel channels.
    hop_seconds, window_seconds : float
        Step and width of the Hann window.
    top_hertz : float
        Upper edge of the last mel channel.
    normalisation : str
        `utterance`: to mean 0 and variance 1 of each channel of an utterance, whatever its level
        and its microphone; or `fixed`: by the same two numbers always, so that a frame depends on
        nothing but what is around it, and a window of long audio has the frames of the whole.
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
            raise ValueError(f"normalisation is {normalisation!r}, not 'utterance' or 'fixed'")
        self.fixed = normalisation == "fixed"
        self.hop = round(hop_seconds * SAMPLE_RATE)
        self.width = round(window_seconds * SAMPLE_RATE)
        self.fft = 1 << (self.width - 1).bit_length()
        self.floor = LOG_FLOOR
        self.mean, self.deviation = FIXED_MEAN, FIXED_DEVIATION
        self.register_buffer("window", torch.hann_window(self.width), persistent=False)
        bank = _mel_bank(self.fft, top_hertz, mels)
        while not bank.any(0).all():  # a filter narrower than the bins' distance hears nothing
            self.fft *= 2
            bank = _mel_bank(self.fft, top_hertz, mels)
        self.register_buffer("bank", bank, persistent=False)

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T) and lengths (B,) in samples to features (B, F, mels) and frames (B,)."""
        return self.spectrum(waveforms, lengths)

    def spectrum(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """The features, which are by frequency already."""
        frames = self.frames(lengths)
        powers = self.log_mel(waveforms)
        if not self.fixed:
            return normalise(powers, frames), frames
        outside = ~frame_mask(frames, powers.shape[1])[:, :, None]
        return ((powers - self.mean) / self.deviation).masked_fill(outside, 0.0), frames

    def features(self, spectrum: Tensor) -> Tensor:
        """What the network is given of a `spectrum`: this."""
        return spectrum

    def frames(self, lengths: Tensor) -> Tensor:
        """Lengths (B,) in samples to frames (B,)."""
        return torch.div(lengths, self.hop, rounding_mode="floor") + 1

    def log_mel(self, waveforms: Tensor) -> Tensor:
        """Waveforms (B, T) to the logarithm of mel powers (B, F, mels), not normalised."""
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
        # (B, bins, F). Under autocast, a sum over the last axis, of two, took most of all the time.
        power = spectrum.real.square() + spectrum.imag.square()
        return (power.transpose(1, 2) @ self.bank).clamp_min(self.floor).log()


def _mel_bank(fft: int, top_hertz: float, mels: int) -> Tensor:
    """Triangular filters on HTK's mel scale, 20 Hz to `top_hertz`; shape (fft // 2 + 1, mels)."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "At least one mel filterbank has all zero", UserWarning)
        return melscale_fbanks(fft // 2 + 1, 20.0, top_hertz, mels, SAMPLE_RATE)


class WaveformFrames(nn.Module):
    """The raw waveform, cut into frames that do not overlap: a sample is a channel.

    Parameters
    ----------
    hop_seconds : float
        Length of a frame.
    """

    def __init__(self, hop_seconds: float) -> None:
        super().__init__()
        self.hop = round(hop_seconds * SAMPLE_RATE)
        self.channels = self.hop

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), lengths (B,) to frames of samples (B, F, hop) and frames (B,)."""
        frames = torch.div(lengths + self.hop - 1, self.hop, rounding_mode="floor")
        missing = -waveforms.shape[1] % self.hop
        padded = torch.nn.functional.pad(waveforms, [0, missing])
        return padded.reshape(waveforms.shape[0], -1, self.hop), frames


class MelPower(nn.Module):
    """Mel power as the published recogniser is given it: no logarithm, no normalisation.

    Each utterance is transformed by itself, because its ends are mirrored into the first and the
    last frame. Of the published 128 filters 4 are narrower than the bins' distance and give 0.

    Parameters
    ----------
    mels : int
        Number of mel channels.
    hop_seconds, window_seconds : float
        Step and width of the Hann window; published are torchaudio's 12.5 and 25 ms.
    """

    def __init__(self, mels: int, hop_seconds: float, window_seconds: float) -> None:
        super().__init__()
        self.channels = mels
        self.hop = round(hop_seconds * SAMPLE_RATE)
        width = round(window_seconds * SAMPLE_RATE)
        self.shortest = width // 2 + 1  # samples, of which half a window can be mirrored
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
