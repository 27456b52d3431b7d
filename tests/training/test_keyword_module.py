import pytest
import torch

from tests.training import corpora
from training.curves import read
from training.data import collate
from training.keyword_module import KeywordModule


@pytest.fixture
def module():
    torch.manual_seed(0)
    return KeywordModule(corpora.keyword_recipe())


def batch(*words):
    return collate([(torch.from_numpy(corpora.sing(word)), word, "sc1") for word in words])


def test_the_loss_is_the_surprise_of_the_word(module):
    probabilities = torch.tensor([[[0.5, 0.25, 0.25]], [[0.1, 0.1, 0.8]]])
    loss = module.loss(probabilities.log(), torch.ones(2), batch("fed", "big cab"))
    assert loss.item() == pytest.approx(-(torch.tensor(0.25).log() + torch.tensor(0.8).log()) / 2)


def test_a_word_that_is_no_label_is_refused(module):
    with pytest.raises(ValueError, match="deaf"):
        module.loss(torch.zeros(1, 1, 3), torch.ones(1), batch("deaf"))


def test_the_most_probable_word_is_read(module):
    assert module.read(torch.tensor([[-3.0, -2.0, -0.1]])) == "big cab"


def test_dev_is_scored_by_accuracy(module, monkeypatch):
    logged = {}
    monkeypatch.setattr(module, "log", lambda name, value, **_: logged.update({name: value}))
    monkeypatch.setattr(module, "read", lambda log_probs: "abc")
    with torch.inference_mode():
        module.eval().validation_step(batch("abc", "fed"), 0)
        module.validation_step(batch("abc", "abc"), 1)
    module.on_validation_epoch_end()
    assert logged["dev_accuracy"] == 0.75


def test_a_classifier_learns_its_words_by_heart(learned_words):
    assert dict(read(learned_words.run)["dev_accuracy"])[39] == 1.0
