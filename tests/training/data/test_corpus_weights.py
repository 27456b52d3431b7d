import numpy as np
import pytest

from tests.support import tone_corpus
from training.data.corpus import load_corpus
from training.data.corpus_weights import repetitions
from training.errors import InputError


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    one = tone_corpus.write_corpus(folder / "one", ["a", "b"], corpus="an4")
    other = tone_corpus.write_corpus(folder / "other", ["c"], corpus="lj")
    return [load_corpus(manifest, folder / "cache") for manifest in (one, other)]


def test_an_utterance_has_the_weight_of_its_corpus_or_one(corpora):
    weights = repetitions(corpora, {"an4": 0.4})
    assert weights is not None
    assert np.array_equal(weights, [0.4, 0.4, 1.0])


def test_without_weights_there_are_no_repetitions(corpora):
    assert repetitions(corpora, {}) is None


def test_weights_of_unknown_corpora_and_of_zero_are_rejected(corpora):
    with pytest.raises(InputError, match="no clip is of 'vctk'; the corpora are an4, lj"):
        repetitions(corpora, {"vctk": 2.0})
    with pytest.raises(InputError, match="corpus_weights: lj has 0; expected more than 0"):
        repetitions(corpora, {"lj": 0})
