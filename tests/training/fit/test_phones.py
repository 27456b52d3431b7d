import pytest
import torch

from tests.support import tone_corpus
from training.data import phones
from training.data.loaders import collate
from training.data.phones import PHONE_INDEX, PHONES, AlignedWord
from training.errors import InputError
from training.fit.curves import read_metrics
from training.fit.phones import PhoneModule
from training.fit.train import train

SPOKEN: dict[str, list[AlignedWord]] = {
    "0.flac": [(("ah", 12), ("b", 12), ("k", 12))],
    "1.flac": [(("f", 12), ("eh", 24))],
}


def recipe(**changes):
    """Recipe of a network with two outputs to four stacked frames."""
    network = {"hidden": 24, "frame_stack": 4, "classes": len(PHONES), "dropout": 0.0}
    members = {"task": "phones", "network": "ctc_gru", "parameters": network}
    return tone_corpus.recipe(**(members | changes))


@pytest.fixture
def module():
    torch.manual_seed(0)
    return PhoneModule(recipe())


def indices(names):
    return [PHONE_INDEX[name] for name in names.split()]


def batch(*spans):
    return collate([(torch.zeros(160 * len(s.split())), torch.tensor(indices(s))) for s in spans])


def certain(*rows):
    """Log-probabilities near 0 for these phones; shape (B, F, phones)."""
    scores = torch.zeros(len(rows), max(map(len, rows)), len(PHONES))
    for place, row in enumerate(rows):
        for frame, phone in enumerate(row):
            scores[place, frame, PHONE_INDEX[phone]] = 9.0
    return scores.log_softmax(-1)


def test_the_loss_compares_an_output_with_the_phone_of_its_frame(module):
    assert module.stride == 2
    said = batch("ah ah ah ah b b", "k k")
    right = module.loss(certain(["ah", "ah", "b"], ["k"]), torch.tensor([3, 1]), said)
    wrong = module.loss(certain(["ah", "b", "b"], ["k"]), torch.tensor([3, 1]), said)
    assert right.item() < 0.01
    assert wrong.item() == pytest.approx(9 / 4, abs=0.1)  # one of four frames


def test_frames_of_padding_do_not_count(module):
    said = batch("ah ah ah ah b b", "k k")
    loss = module.loss(certain(["ah", "ah", "b"], ["k", "z", "z"]), torch.tensor([3, 1]), said)
    assert loss.item() < 0.01


def test_accuracy_ignores_silence(module):
    scores = module.scores(
        list(map(indices, ["ah ah sil sil b b", "k k"])), list(map(indices, ["ah sil d", "k"]))
    )
    assert scores == {"dev_accuracy": pytest.approx(2 / 3)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parameters": {"hidden": 8, "frame_stack": 4}}, "task 'phones' needs 40"),
        (
            {"front_end": {"mels": 16, "hop_seconds": 0.016, "window_seconds": 0.032}},
            "needs a multiple of 0.01 s",
        ),
    ],
)
def test_a_network_of_another_frame_step_or_class_count_is_rejected(change, message):
    with pytest.raises(InputError, match=message):
        PhoneModule(recipe(**change))


def test_the_prediction_is_the_most_probable_phone_of_each_frame(module):
    assert module.predict(certain(["ah", "sil", "zh"])[0]) == indices("ah sil zh")


def test_a_network_overfits_the_phones_of_two_clips(tmp_path):
    for name in ("tones", "dev"):
        tone_corpus.write_corpus(tmp_path / name, ["abc", "fed"])
        phones.write_alignments(tmp_path / name / phones.FILE_NAME, SPOKEN)
    members = {"steps": 60, "learning_rate": 0.02, "validation_interval": 60, "warmup_steps": 5}
    given = recipe(**tone_corpus.PLAIN, **members)
    run = train(given, tmp_path, tmp_path / "runs", "tiny", workers=0)
    assert dict(read_metrics(run)["dev_accuracy"])[59] > 0.9
