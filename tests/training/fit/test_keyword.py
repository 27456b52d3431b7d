import pytest
import torch

from tests.support import tone_corpus
from training.data.loaders import collate
from training.fit.curves import read_metrics
from training.fit.keyword import KeywordModule


@pytest.fixture
def module():
    torch.manual_seed(0)
    return KeywordModule(tone_corpus.keyword_recipe())


def batch(*words):
    targets = [torch.tensor([tone_corpus.WORDS.index(word)]) for word in words]
    waveforms = [torch.from_numpy(tone_corpus.tones(word)) for word in words]
    return collate(list(zip(waveforms, targets, strict=True)))


def test_the_loss_is_the_cross_entropy_of_the_label(module):
    probabilities = torch.tensor([[[0.5, 0.25, 0.25]], [[0.1, 0.1, 0.8]]])
    loss = module.loss(probabilities.log(), torch.ones(2), batch("fed", "big cab"))
    assert loss.item() == pytest.approx(-(torch.tensor(0.25).log() + torch.tensor(0.8).log()) / 2)


def test_the_prediction_is_the_most_probable_label(module):
    assert module.predict(torch.tensor([[-3.0, -2.0, -0.1]])) == [2]


def test_mfcc_are_masked_and_warped_on_the_mel_spectrum(module, monkeypatch):
    given, inputs = [], []

    def mask_all(features, frames, top_hertz):
        given.append((tuple(features.shape), top_hertz))
        return features * 0

    monkeypatch.setattr(module, "spec_augment", mask_all)
    monkeypatch.setattr(module, "log", lambda *_, **__: None)
    module.recogniser.network.register_forward_pre_hook(lambda _, args: inputs.append(args[0]))
    clips = batch("abc")
    module.training_step(clips, 0)
    frames = clips.waveforms.shape[1] // 320 + 1
    assert given == [((1, frames, 24), 8000.0)]  # the mel channels of the recipe
    assert inputs[0].shape == (1, frames, 12)
    assert not inputs[0].any()


def test_features_without_augmentation_are_those_of_inference(module, monkeypatch):
    inputs = []
    monkeypatch.setattr(module, "log", lambda *_, **__: None)
    module.recogniser.network.register_forward_pre_hook(lambda _, args: inputs.append(args[0]))
    clips = batch("abc", "fed")
    with torch.no_grad():
        module.training_step(clips, 0)
        module.recogniser(clips.waveforms, clips.lengths)
    assert torch.equal(*inputs)


def test_dev_is_scored_by_accuracy(module, monkeypatch):
    logged = {}
    monkeypatch.setattr(module, "log", lambda name, value, **_: logged.update({name: value}))
    monkeypatch.setattr(module, "predict", lambda log_probs: [0])
    with torch.inference_mode():
        module.eval().validation_step(batch("abc", "fed"), 0)
        module.validation_step(batch("abc", "abc"), 1)
    module.on_validation_epoch_end()
    assert logged["dev_accuracy"] == 0.75


def test_a_classifier_overfits_its_clips(learned_words):
    assert dict(read_metrics(learned_words.run)["dev_accuracy"])[19] == 1.0
