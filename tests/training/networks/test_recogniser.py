import torch
from torch import Tensor, nn

from training.networks.recogniser import PerUtterance


class PeakNormalised(nn.Module):
    """Divides by the peak of the whole batch, so results depend on it; 4 samples to a frame."""

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        scaled = waveforms[:, ::4] / waveforms.abs().max()
        return scaled[:, :, None].repeat(1, 1, 3), torch.div(lengths + 3, 4, rounding_mode="floor")


WAVEFORMS = torch.tensor([[1.0] * 10, [2.0] * 5 + [9.0] * 5, [0.5] * 7 + [0.0] * 3])
LENGTHS = torch.tensor([10, 5, 7])


def test_each_utterance_is_run_without_the_others_and_without_padding():
    for module in (
        PerUtterance(PeakNormalised()),
        torch.jit.script(PerUtterance(PeakNormalised())),
    ):
        outputs, frames = module(WAVEFORMS, LENGTHS)
        assert frames.tolist() == [3, 2, 2]
        assert outputs.shape == (3, 3, 3)
        assert all((row[:count] == 1).all() for row, count in zip(outputs, frames, strict=True))


def test_the_wrapped_module_depends_on_the_batch():
    outputs, _ = PeakNormalised()(WAVEFORMS, LENGTHS)
    assert (outputs[0] < 0.2).all()
