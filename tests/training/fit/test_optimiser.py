from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.errors import InputError
from training.fit.module import CtcModule
from training.fit.optimiser import freeze, learning_rate_factor

WHISPER: dict[str, Any] = {
    "network": "whisper_ctc",
    "front_end": {"mels": 16},
    "parameters": {"width": 8, "heads": 2, "layers": 3},
}


@given(st.integers(1, 50), st.integers(1, 200))
def test_the_learning_rate_warms_up_linearly_and_decays_to_zero(warmup, more):
    steps = warmup + more
    factors = [learning_rate_factor(step, warmup, steps) for step in range(steps + 3)]
    assert factors[:warmup] == pytest.approx([(step + 1) / warmup for step in range(warmup)])
    assert factors[warmup] == 1.0
    assert factors[warmup:] == sorted(factors[warmup:], reverse=True)
    assert factors[steps:] == pytest.approx([0.0] * 3, abs=1e-12)


def test_the_learning_rate_decays_as_a_cosine():
    factors = [learning_rate_factor(step, 10, 110) for step in (35, 60, 85)]
    assert factors == pytest.approx([0.5 + 0.5**1.5, 0.5, 0.5 - 0.5**1.5])


def test_the_learning_rate_is_constant_until_the_decay():
    factors = [learning_rate_factor(step, 10, 110, 50) for step in (10, 35, 60, 85, 110)]
    assert factors == pytest.approx([1.0, 1.0, 1.0, 0.5, 0.0])
    assert learning_rate_factor(5, 10, 110, 200) == pytest.approx(0.6)


def peak_rates(module: CtcModule) -> dict[str, float]:
    """Peak learning rate of each trained parameter, by its name in the network."""
    names = {p: n.removeprefix("recogniser.network.") for n, p in module.named_parameters()}
    groups = module.configure_optimizers()["optimizer"].param_groups
    return {names[p]: group["initial_lr"] for group in groups for p in group["params"]}


def test_one_rate_for_all_parameters_is_the_default():
    module = CtcModule(tone_corpus.recipe(**WHISPER, learning_rate=0.5))
    rates = peak_rates(module)
    assert set(rates.values()) == {0.5}
    assert len(rates) == len(list(module.parameters()))


def test_rates_decay_by_layer_below_a_faster_head():
    recipe = tone_corpus.recipe(
        **WHISPER, learning_rate=0.1, layer_learning_rate_decay=0.5, head_learning_rate=0.8
    )
    rates = peak_rates(CtcModule(recipe))
    expected = {
        "classifiers.plain.weight": 0.8,
        "head.norm.bias": 0.8,
        "encoder.ln_post.weight": 0.1,
        "encoder.blocks.2.mlp.0.weight": 0.1,
        "encoder.blocks.1.attn.key.weight": 0.05,
        "encoder.blocks.0.attn_ln.bias": 0.025,
        "encoder.conv2.weight": 0.0125,
    }
    assert {name: rates[name] for name in expected} == pytest.approx(expected)
    module = CtcModule(recipe)
    groups = module.configure_optimizers()["optimizer"].param_groups
    assert all((p.ndim > 1) == (g["weight_decay"] > 0) for g in groups for p in g["params"])


@pytest.mark.parametrize(
    "changes", [{"head_learning_rate": 0.1}, {"layer_learning_rate_decay": 0.9}]
)
def test_rates_by_layer_need_an_encoder(changes):
    module = CtcModule(tone_corpus.recipe(**changes))
    with pytest.raises(InputError, match="'residual_bigru' has no pre-trained encoder"):
        module.configure_optimizers()


def test_frozen_parameters_are_not_trained():
    module = CtcModule(tone_corpus.recipe(**WHISPER, frozen=["network.encoder"]))
    trained = peak_rates(module)
    assert trained
    assert not any(name.startswith("encoder.") for name in trained)
    before = {name: value.clone() for name, value in module.named_parameters()}
    optimizer = module.configure_optimizers()["optimizer"]
    waveforms = torch.from_numpy(tone_corpus.tones("abcdef"))[None]
    log_probs, _ = module.recogniser(waveforms, torch.tensor([waveforms.shape[1]]))
    log_probs[:, :, 0].sum().backward()
    optimizer.step()
    changed = {name for name, value in module.named_parameters() if not value.equal(before[name])}
    assert changed == {f"recogniser.network.{name}" for name in trained}


def test_frozen_must_name_parameters_and_leave_some():
    recogniser = CtcModule(tone_corpus.recipe(**WHISPER)).recogniser
    with pytest.raises(InputError, match="no parameter's name starts with 'encoder'"):
        freeze(recogniser, ["encoder"])
    with pytest.raises(InputError, match="names all parameters"):
        freeze(recogniser, ["network"])
