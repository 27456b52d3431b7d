from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.training import sung
from training.recipe import Recipe
from training.train import train


@dataclass(frozen=True)
class Learned:
    """A finished run on three songs, which are its dev set too.

    The manifest of `misheard` has half of their words wrong.
    """

    recipe: Recipe
    data: Path
    run: Path


@pytest.fixture(scope="session")
def learned(tmp_path_factory) -> Learned:
    data = tmp_path_factory.mktemp("data")
    songs = ["abc de", "fed cab", "a bad cafe"]
    sung.write(data / "songs", songs, corpus="an4")
    sung.write(data / "dev", songs, corpus="lj")
    sung.write(data / "misheard", songs)
    wrong = (data / "misheard" / "manifest.tsv").read_text().replace("abc", "x").replace("bad", "y")
    (data / "misheard" / "manifest.tsv").write_text(wrong.replace("cab", "z"))
    recipe = sung.recipe(
        name="learned",
        front_end={"mels": 40, "hop_seconds": 0.02, "window_seconds": 0.032},
        parameters=sung.SMALL | {"cnn_channels": 8, "rnn_layers": 1, "rnn_dim": 48},
        batch_seconds=8.0,
        steps=125,
        learning_rate=0.01,
        warmup_steps=5,
        ema_decay=0.8,
        validate_every=25,
        **sung.PLAIN,
    )
    return Learned(recipe, data, train(recipe, data, tmp_path_factory.mktemp("runs"), workers=0))


@pytest.fixture(scope="session")
def learned_words(tmp_path_factory) -> Learned:
    """A finished run of a classifier of the sung words, which are its dev set too."""
    data = tmp_path_factory.mktemp("words")
    sung.write(data / "songs", sung.WORDS * 2, corpus="sc1")
    sung.write(data / "dev", sung.WORDS, corpus="fsdd")
    recipe = sung.keyword_recipe(name="learned-words", steps=40, validate_every=20)
    return Learned(recipe, data, train(recipe, data, tmp_path_factory.mktemp("runs"), workers=0))
