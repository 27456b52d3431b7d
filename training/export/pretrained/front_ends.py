"""Front ends of published networks as modules, so that their arithmetic is part of the bundle.

Each reproduces a feature extractor of transformers, whose results it equals, for a batch of padded
waveforms: waveforms (B, T), samples (B,) to the network's input (B, F, ...) and its mask (B, F),
true where there is audio. They are traced, so that no size may become a constant.
"""

import torch
from torch import Tensor, nn

INT16_SCALE = 2**15  # Kaldi computes features of 16-bit integers
PREEMPHASIS = 0.97


def valid_mask(size: int, lengths: Tensor) -> Tensor:
    """Mask (B, size) of the first `lengths` (B,) positions of each row."""
    return torch.arange(size, device=lengths.device)[None] < lengths[:, None]


class Waveform(nn.Module):
    """The waveform itself, scaled to zero mean and unit variance if `normalise`.

    As `Wav2Vec2FeatureExtractor`, for wav2vec 2.0, HuBERT, WavLM and data2vec.
    """

    VARIANCE_FLOOR = 1e-7
    min_samples = 1

    def __init__(self, normalise: bool) -> None:
        super().__init__()
        self.normalise = normalise

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), samples (B,) to waveforms (B, T), mask (B, T)."""
        mask = valid_mask(waveforms.shape[1], lengths)
        if not self.normalise:
            return waveforms * mask, mask
        mean = (waveforms * mask).sum(1, keepdim=True) / lengths[:, None]
        centred = (waveforms - mean) * mask
        variance = centred.square().sum(1, keepdim=True) / lengths[:, None]
        return centred / (variance + self.VARIANCE_FLOOR).sqrt(), mask


class LogMel(nn.Module):
    """Log-mel spectrogram, normalised by band over the frames of audio.

    As `ParakeetFeatureExtractor` and NeMo's `AudioToMelSpectrogramPreprocessor` without dither:
    pre-emphasis, power spectrum, natural logarithm, zero mean and unit variance of each band.

    Parameters
    ----------
    mel_filters : Tensor, shape (bands, bins)
    window : Tensor, shape (window,)
        Window function.
    n_fft, hop : int
        Size of the Fourier transform and step of a frame, in samples.
    preemphasis : float
    """

    LOG_GUARD = 2**-24
    DEVIATION_FLOOR = 1e-5
    mel_filters: Tensor
    window: Tensor

    def __init__(
        self,
        mel_filters: Tensor,
        window: Tensor,
        n_fft: int = 512,
        hop: int = 160,
        preemphasis: float = PREEMPHASIS,
    ) -> None:
        super().__init__()
        self.register_buffer("mel_filters", mel_filters)
        self.register_buffer("window", window)
        self.n_fft, self.hop, self.preemphasis = n_fft, hop, preemphasis
        self.min_samples = 2 * hop  # the variance needs two frames

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), samples (B,) to log-mel (B, F, bands), mask (B, F)."""
        previous = nn.functional.pad(waveforms[:, :-1], [1, 0])
        emphasised = waveforms - self.preemphasis * previous
        emphasised = emphasised * valid_mask(waveforms.shape[1], lengths)
        spectrum = torch.stft(
            emphasised,
            self.n_fft,
            self.hop,
            len(self.window),
            self.window,
            pad_mode="constant",
            return_complex=True,
        )
        power = torch.view_as_real(spectrum).square().sum(-1)
        log_mel = (self.mel_filters @ power + self.LOG_GUARD).log().transpose(1, 2)
        frames = torch.div(lengths, self.hop, rounding_mode="floor")
        mask = valid_mask(log_mel.shape[1], frames)
        return self._normalised(log_mel, mask.unsqueeze(-1), frames[:, None]), mask

    def _normalised(self, log_mel: Tensor, mask: Tensor, frames: Tensor) -> Tensor:
        mean = ((log_mel * mask).sum(1) / frames).unsqueeze(1)
        centred = (log_mel - mean) * mask
        deviation = (centred.square().sum(1) / (frames - 1)).sqrt().unsqueeze(1)
        return centred / (deviation + self.DEVIATION_FLOOR)


class StackedFilterBank(nn.Module):
    """Kaldi's log filter bank, normalised by band, `stride` frames stacked to one.

    As `SeamlessM4TFeatureExtractor`, for wav2vec2-BERT. Computed in double precision, as there:
    the quietest bands of a frame are rounding errors of its loudest in single precision.

    Parameters
    ----------
    mel_filters : Tensor, shape (bins, bands)
    window : Tensor, shape (window,)
        Window function.
    stride : int
        Frames stacked.
    """

    N_FFT, HOP = 512, 160  # samples
    MEL_FLOOR = 1.192092955078125e-07
    VARIANCE_FLOOR = 1e-7
    mel_filters: Tensor
    window: Tensor

    def __init__(self, mel_filters: Tensor, window: Tensor, stride: int) -> None:
        super().__init__()
        self.register_buffer("mel_filters", mel_filters)
        self.register_buffer("window", window)
        self.size, self.stride = len(window), stride
        self.min_samples = self.size + self.HOP * (2 * stride - 1)

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Waveforms (B, T), samples (B,) to features (B, F, stride * bands), mask (B, F)."""
        frames = torch.div(lengths - self.size, self.HOP, rounding_mode="floor") + 1
        features = self._log_filter_bank(waveforms)
        mask = valid_mask(features.shape[1], frames).unsqueeze(-1)
        count = frames[:, None, None]
        centred = (features - (features * mask).sum(1, keepdim=True) / count) * mask
        variance = centred.square().sum(1, keepdim=True) / (count - 1)
        features = (centred / (variance + self.VARIANCE_FLOOR).sqrt()).float()
        stacked = features.unfold(1, self.stride, self.stride).transpose(2, 3).flatten(2)
        whole = torch.div(frames, self.stride, rounding_mode="floor")
        return stacked, valid_mask(stacked.shape[1], whole)

    def _log_filter_bank(self, waveforms: Tensor) -> Tensor:
        frames = (waveforms.double() * INT16_SCALE).unfold(1, self.size, self.HOP)
        frames = frames - frames.mean(-1, keepdim=True)
        previous = torch.cat([frames[..., :1], frames[..., :-1]], dim=-1)
        windowed = (frames - PREEMPHASIS * previous) * self.window
        spectrum = torch.view_as_real(torch.fft.rfft(windowed, self.N_FFT))
        power = spectrum.square().sum(-1)
        return (power @ self.mel_filters.double()).clamp(min=self.MEL_FLOOR).log()
