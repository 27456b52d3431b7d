import pytest
import torch

from training.data import corpus, manifest
from training.keyword.predictions import Predictions, predict


def test_a_trained_classifier_predicts_its_training_words(learned_words, tmp_path):
    clips = corpus.load_corpus(learned_words.data / "dev" / manifest.CORPUS_MANIFEST, tmp_path)
    predictions = predict(learned_words.run, clips)
    assert predictions.log_probs.exp().sum(1).tolist() == pytest.approx([1.0] * 3, abs=1e-5)
    assert predictions.log_probs.argmax(1).tolist() == predictions.classes.tolist()
    assert sorted(predictions.classes.tolist()) == [0, 1, 2]
    assert predictions.accuracy() == 1.0


def test_class_bias_can_change_a_prediction():
    predictions = Predictions(torch.tensor([[-0.1, -3.0], [-2.0, -0.2]]), torch.tensor([1, 1]))
    assert predictions.accuracy() == 0.5
    assert predictions.accuracy(torch.tensor([-2.0, 1.0])) == 1.0


def test_predictions_are_concatenated_in_order():
    parts = [Predictions(torch.full((1, 2), v), torch.tensor([int(v)])) for v in (0.0, 1.0)]
    both = Predictions.concatenate(parts)
    assert both.log_probs.tolist() == [[0.0, 0.0], [1.0, 1.0]]
    assert both.classes.tolist() == [0, 1]
