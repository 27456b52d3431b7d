import pytest
import torch

from training.networks.ctc_gru import CtcGRU
from training.networks.keyword_gru import KeywordGRU

CONV2D_STEM = {"channels": 4, "blocks": [1, 1]}


@pytest.mark.parametrize("stem", [None, CONV2D_STEM], ids=["features", "conv2d"])
def test_its_encoder_is_that_of_the_keyword_classifier(stem):
    ctc = CtcGRU(12, hidden=8, conv2d_stem=stem)
    keyword = KeywordGRU(12, ["a", "b"], hidden=8, frame_stack=2, conv2d_stem=stem)
    own = {"attention", "classifier"}
    shared = {n: v for n, v in keyword.state_dict().items() if n.partition(".")[0] not in own}
    assert shared
    ctc.load_state_dict(shared | {n: v for n, v in ctc.state_dict().items() if "cl" in n})


def test_a_step_gives_two_outputs_and_depends_on_no_later_frame():
    torch.manual_seed(0)
    network = CtcGRU(6, hidden=8).eval()
    assert network.stride == 1
    x = torch.randn(2, 9, 6)
    log_probs, frames = network(x, torch.tensor([9, 4]))
    assert (log_probs.shape, frames.tolist()) == ((2, 10, 29), [10, 4])
    changed = x.clone()
    changed[0, 4] += 3.0
    differs = (network(changed, torch.tensor([9, 4]))[0] != log_probs)[0].any(1)
    assert differs.tolist() == [False] * 4 + [True] * 6


def test_the_conv2d_stem_divides_the_frame_rate_by_four():
    network = CtcGRU(6, hidden=8, frame_stack=1, conv2d_stem=CONV2D_STEM).eval()
    assert network.stride == 2
    log_probs, frames = network(torch.randn(2, 9, 6), torch.tensor([9, 4]))
    assert (log_probs.shape, frames.tolist()) == ((2, 6, 29), [6, 2])
