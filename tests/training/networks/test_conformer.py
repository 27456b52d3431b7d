from pathlib import Path

import pytest
import torch
from torch import Tensor

from training.networks.conformer import Conformer
from training.networks.registry import build
from training.recipe import Recipe

RECIPE = Path(__file__).parents[3] / "training" / "recipes" / "conformer_ctc.yaml"


def network(**changes: float) -> Conformer:
    torch.manual_seed(0)
    sizes = {"mels": 12, "width": 8, "layers": 2, "heads": 2, "kernel": 5, "channels": 4}
    return Conformer(**(sizes | {"dropout": 0.0} | changes))  # type: ignore[arg-type]


def features(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
def test_padding_does_not_change_an_utterance(training):
    net = network().train(training)
    lengths = torch.tensor([40, 23])
    loud = features(2, 40, 12)
    quiet = loud.clone()
    loud[1, 24:] = 50.0  # the first convolution reads one frame beyond the end
    quiet[1, 24:] = 0.0
    (a, frames), (b, _) = net(loud, lengths), net(quiet, lengths)
    assert frames.tolist() == [10, 6]
    assert torch.allclose(a[0], b[0], atol=1e-6)
    assert torch.allclose(a[1, :6], b[1, :6], atol=1e-5)


def test_padding_changes_an_utterance_without_the_mask():
    """Shows that the test above can fail: torchaudio's layers read padding."""
    net = network().eval()
    layer = net.layers[0]
    x = features(1, 10, 8)
    padding = torch.arange(10)[None] >= 6
    open_mask, mask = torch.ones(1, 1, 10), (~padding)[:, None].float()
    changed = x.clone()
    changed[:, 6:] = 3.0
    with torch.inference_mode():
        for given, differs in ((mask, False), (open_mask, True)):
            difference = layer(x, given, padding)[:, :6] - layer(changed, given, padding)[:, :6]
            assert (difference.abs().max() > 1e-5) == differs


def test_every_output_depends_on_the_whole_utterance():
    net = network().eval()
    x = features(1, 80, 12)
    late = x.clone()
    late[0, -1] += 3.0
    with torch.inference_mode():
        (a, _), (b, _) = net(x, torch.tensor([80])), net(late, torch.tensor([80]))
    assert (a - b).abs().amax(2).min() > 0


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 8, 9, 21])
def test_four_frames_give_one_output(frames):
    log_probs, lengths = network().eval()(features(1, frames, 12), torch.tensor([frames]))
    assert log_probs.shape == (1, -(-frames // 4), 29)
    assert lengths.tolist() == [-(-frames // 4)]


def test_the_recipe_has_about_five_million_parameters():
    recipe = Recipe.read(RECIPE)
    recogniser, frame_seconds = build(recipe.network, recipe.front_end, recipe.parameters)
    assert 4e6 < sum(p.numel() for p in recogniser.parameters()) < 6e6
    assert frame_seconds == 0.04


def test_every_parameter_has_a_gradient():
    net = network().train()
    log_probs, _ = net(features(2, 40, 12), torch.tensor([40, 30]))
    log_probs[..., 3].sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())
