import pytest
import torch

from training.data import corpus, manifest
from training.keyword.predictions import Answers, answers


def test_a_trained_classifier_knows_its_words(learned_words, tmp_path):
    clips = corpus.load(learned_words.data / "dev" / manifest.MANIFEST, tmp_path)
    said = answers(learned_words.run, clips)
    assert said.log_probs.exp().sum(1).tolist() == pytest.approx([1.0] * 3, abs=1e-5)
    assert said.log_probs.argmax(1).tolist() == said.classes.tolist()
    assert sorted(said.classes.tolist()) == [0, 1, 2]
    assert said.right() == 1.0


def test_what_is_added_to_scores_can_turn_an_answer():
    said = Answers(torch.tensor([[-0.1, -3.0], [-2.0, -0.2]]), torch.tensor([1, 1]))
    assert said.right() == 0.5
    assert said.right(torch.tensor([-2.0, 1.0])) == 1.0


def test_parts_are_joined_in_their_order():
    first, second = (Answers(torch.full((1, 2), v), torch.tensor([int(v)])) for v in (0.0, 1.0))
    both = Answers.joined([first, second])
    assert both.log_probs.tolist() == [[0.0, 0.0], [1.0, 1.0]]
    assert both.classes.tolist() == [0, 1]
