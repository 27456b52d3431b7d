"""A language model of a few sentences, of words that the toy can be taught to say."""

from functools import cache

from asr import ngrams
from asr.ngrams import NgramModel
from training import language_model

SENTENCES = ("a cab", "a bad cab", "a cab a cab", "bad a cab", "a bad bad cab", "a dab")


@cache
def content(sentences: tuple[str, ...] = SENTENCES) -> bytes:
    """The file of the model; a word that is there once only is unknown."""
    return language_model.build(sentences)


def model(sentences: tuple[str, ...] = SENTENCES) -> NgramModel:
    """The model, open."""
    return ngrams.read(content(sentences))
