from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import tone_corpus
from training.fit.train import train
from training.recipe import Recipe


@dataclass(frozen=True)
class Learned:
    """A finished run on three clips, which are its dev set too.

    The manifest of `misheard` has half of their words wrong.
    """

    recipe: Recipe
    data: Path
    run: Path


@pytest.fixture(scope="session")
def learned(tmp_path_factory) -> Learned:
    """A finished CTC run of a small network that overfits to WER 0."""
    data = tmp_path_factory.mktemp("data")
    texts = ["abc de", "fed cab", "a bad cafe"]
    tone_corpus.write_corpus(data / "tones", texts, corpus="an4")
    tone_corpus.write_corpus(data / "dev", texts, corpus="lj")
    tone_corpus.write_corpus(data / "misheard", texts)
    wrong = (data / "misheard" / "manifest.tsv").read_text().replace("abc", "x").replace("bad", "y")
    (data / "misheard" / "manifest.tsv").write_text(wrong.replace("cab", "z"))
    recipe = tone_corpus.recipe(
        name="learned",
        network="convolutional",
        front_end={"mels": 40, "hop_seconds": 0.02, "window_seconds": 0.032},
        parameters={"width": 48, "kernels": [5], "outputs_per_frame": 2, "dropout": 0.0},
        batch_seconds=8.0,
        steps=50,
        learning_rate=0.01,
        warmup_steps=5,
        ema_decay=0.8,
        validation_interval=10,
        **tone_corpus.PLAIN,
    )
    runs = tmp_path_factory.mktemp("runs")
    return Learned(recipe, data, train(recipe, data, runs, "learned", workers=0))


@pytest.fixture(scope="session")
def learned_words(tmp_path_factory) -> Learned:
    """A finished run of a keyword classifier that overfits to accuracy 1."""
    data = tmp_path_factory.mktemp("words")
    tone_corpus.write_corpus(data / "tones", tone_corpus.WORDS * 2, corpus="sc1")
    tone_corpus.write_corpus(data / "dev", tone_corpus.WORDS, corpus="fsdd")
    recipe = tone_corpus.keyword_recipe(name="learned-words", steps=20, validation_interval=10)
    runs = tmp_path_factory.mktemp("runs")
    return Learned(recipe, data, train(recipe, data, runs, "learned_words", workers=0))
