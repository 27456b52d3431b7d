import pytest
import torch

from training.networks.whisper_encoder import Attention, Encoder, key_bias, sinusoids


def test_positions_are_sines_and_cosines():
    positions = sinusoids(1500, 8)
    assert positions.shape == (1500, 8)
    assert positions[0].tolist() == [0.0] * 4 + [1.0] * 4
    assert positions[:, 0].tolist() == pytest.approx(torch.arange(1500).sin().tolist(), abs=1e-3)
    slowest = torch.arange(1500) / 10_000
    assert positions[:, 7].tolist() == pytest.approx(slowest.cos().tolist(), abs=1e-5)


def test_parameter_names_are_those_of_openai():
    names = dict(Encoder(80, 8, 2, 1).named_parameters())
    block = ["attn.query.weight", "attn.query.bias", "attn.key.weight", "attn.value.weight",
             "attn.value.bias", "attn.out.weight", "attn.out.bias", "attn_ln.weight",
             "attn_ln.bias", "mlp.0.weight", "mlp.0.bias", "mlp.2.weight", "mlp.2.bias",
             "mlp_ln.weight", "mlp_ln.bias"]  # fmt: skip
    rest = [f"{layer}.{part}" for layer in ("conv1", "conv2", "ln_post")
            for part in ("weight", "bias")]  # fmt: skip
    assert set(names) == {f"blocks.0.{name}" for name in block} | set(rest)


def test_attention_is_the_same_in_training_and_inference():
    torch.manual_seed(0)
    attention, x = Attention(16, 4), torch.randn(2, 7, 16)
    bias = key_bias(torch.arange(7)[None, :] < torch.tensor([[7], [3]]))
    assert torch.allclose(attention(x, bias), attention.eval()(x, bias), atol=1e-5)


def test_attention_ignores_masked_keys():
    torch.manual_seed(0)
    attention, x = Attention(16, 4).eval(), torch.randn(1, 7, 16)
    bias = key_bias(torch.arange(7)[None, :] < 3)
    expected = attention(x[:, :3], bias[..., :3])
    assert torch.allclose(attention(x, bias)[:, :3], expected, atol=1e-6)


def test_more_than_30_seconds_are_rejected():
    encoder = Encoder(4, 8, 2, 1)
    embedded, frames = encoder.embed(torch.zeros(1, 3000, 4), torch.tensor([2999]))
    assert (embedded.shape, frames.tolist()) == ((1, 1500, 8), [1500])
    with pytest.raises(ValueError, match="longer than 30 s"):
        encoder.embed(torch.zeros(1, 3001, 4), torch.tensor([3001]))


def test_a_width_that_heads_do_not_divide_is_rejected():
    with pytest.raises(ValueError, match="not a multiple of heads 3"):
        Encoder(4, 8, 3, 1)
