from dataclasses import replace

from asr.manifest import BeamSearchConfig
from training.export.tune_language_model import coordinate_descent

START = BeamSearchConfig(lm_weight=0.6, word_score=0.0, unk_score=0.0, beam_size=32)


def test_coordinate_descent_finds_the_minimum_of_a_paraboloid():
    def cost(search):
        return (
            (search.lm_weight - 0.85) ** 2
            + (search.word_score + 1) ** 2
            + (search.unk_score - 2) ** 2
        )

    found = coordinate_descent(cost, START, {"lm_weight": 0.2, "word_score": 0.5, "unk_score": 1.0})
    assert found == replace(START, lm_weight=0.85, word_score=-1.0, unk_score=2.0)


def test_coordinate_descent_tries_no_weights_twice_and_no_negative_language_model_weight():
    tried = []

    def cost(search):
        tried.append(search)
        return search.lm_weight

    assert coordinate_descent(cost, START).lm_weight == 0.0
    assert len(tried) == len(set(tried))
    assert min(search.lm_weight for search in tried) == 0.0
