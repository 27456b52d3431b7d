import torch
from torch import Tensor, nn

from training.networks.recogniser import Alone


class Loudest(nn.Module):
    """Divides by the loudest of the whole batch: company matters. A frame each 4 samples."""

    def forward(self, waveforms: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        scaled = waveforms[:, ::4] / waveforms.abs().max()
        return scaled[:, :, None].repeat(1, 1, 3), torch.div(lengths + 3, 4, rounding_mode="floor")


WAVEFORMS = torch.tensor([[1.0] * 10, [2.0] * 5 + [9.0] * 5, [0.5] * 7 + [0.0] * 3])
LENGTHS = torch.tensor([10, 5, 7])


def test_each_utterance_is_heard_without_company_and_padding():
    for module in (Alone(Loudest()), torch.jit.script(Alone(Loudest()))):
        outputs, frames = module(WAVEFORMS, LENGTHS)
        assert frames.tolist() == [3, 2, 2]
        assert outputs.shape == (3, 3, 3)
        assert all((row[:count] == 1).all() for row, count in zip(outputs, frames, strict=True))


def test_without_it_company_matters():
    outputs, _ = Loudest()(WAVEFORMS, LENGTHS)
    assert (outputs[0] < 0.2).all()
