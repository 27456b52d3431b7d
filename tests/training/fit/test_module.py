import pytest
import torch

from tests.support import tone_corpus, toy_model
from training.data import text
from training.data.dataset import WrittenDataset
from training.data.loaders import collate
from training.data.written_text import WRITTEN_ALPHABET
from training.errors import InputError
from training.fit.module import CtcModule
from training.recipe import Recipe

PLAIN = tone_corpus.recipe(**tone_corpus.PLAIN)


def batch(*texts, speak=tone_corpus.tones):
    return collate(
        [(torch.from_numpy(speak(t)), torch.tensor(text.encode(t)).long()) for t in texts]
    )


def logging(module, monkeypatch):
    """Metrics by name that `module` logs from here on."""
    logged: dict[str, float] = {}
    monkeypatch.setattr(
        module, "log", lambda name, value, **_: logged.update({name: torch.as_tensor(value).item()})
    )
    return logged


def test_the_optimiser_follows_the_recipe():
    module = CtcModule(tone_corpus.recipe(learning_rate=0.5, warmup_steps=4, weight_decay=0.25))
    configured = module.configure_optimizers()
    optimizer, scheduler = configured["optimizer"], configured["lr_scheduler"]["scheduler"]
    assert optimizer.param_groups[0]["lr"] == 0.125
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] == 0.25
    decay = {
        id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]
    }
    for name, parameter in module.named_parameters():
        matrix = "weight" in name and "norm" not in name
        assert decay[id(parameter)] == (0.25 if matrix else 0.0), name


def test_the_loss_of_a_batch_is_the_mean_over_its_utterances(monkeypatch):
    torch.manual_seed(0)
    module = CtcModule(PLAIN)
    logged = logging(module, monkeypatch)
    both = module.training_step(batch("abc", "fedcba ab"), 0)
    assert logged == {"train_loss": pytest.approx(both.item())}
    single = [module.training_step(batch(spoken), 0).item() for spoken in ("abc", "fedcba ab")]
    assert both.item() == pytest.approx(sum(single) / 2, rel=1e-4)


def test_the_loss_is_the_negative_log_likelihood_per_character(monkeypatch):
    module = CtcModule(PLAIN)
    logging(module, monkeypatch)

    def even(features, frames):
        return torch.zeros(1, 2, 29).log_softmax(-1), torch.tensor([2])

    monkeypatch.setattr(module.recogniser.network, "forward", even)
    # "a" in 2 frames: aa, a-, -a of 29^2 paths; "ab": one path
    for spoken, paths in (("a", 3), ("ab", 1)):
        expected = -torch.tensor(paths / 29**2).log().item() / len(spoken)
        assert module.training_step(batch(spoken), 0).item() == pytest.approx(expected, rel=1e-5)
    assert module.training_step(batch("abc"), 0).item() == 0.0  # too few frames


def test_eight_frames_without_text_count_as_one_character(monkeypatch):
    module = CtcModule(PLAIN)
    logging(module, monkeypatch)

    def even(features, frames):
        return torch.zeros(len(frames), 24, 29).log_softmax(-1), torch.full((len(frames),), 24)

    monkeypatch.setattr(module.recogniser.network, "forward", even)
    silence = 24 * torch.tensor(29.0).log().item() / 3
    silent = batch("", speak=lambda _: tone_corpus.tones("abc"))
    assert module.training_step(silent, 0).item() == pytest.approx(silence, rel=1e-5)
    both = batch("", "abc", speak=lambda _: tone_corpus.tones("abc"))
    spoken = module.training_step(batch("abc"), 0).item()
    expected = (silence + spoken) / 2
    assert module.training_step(both, 0).item() == pytest.approx(expected, rel=1e-5)


def test_the_seed_and_the_step_determine_randomness(monkeypatch):
    def random_numbers(seed, step):
        module = CtcModule(tone_corpus.recipe(seed=seed))
        monkeypatch.setattr(CtcModule, "global_step", step)
        module.on_train_batch_start(batch("a"), 0)
        return torch.rand(3).tolist()

    assert random_numbers(1, 5) == random_numbers(1, 5)
    assert len({tuple(random_numbers(seed, step)) for seed in (1, 2) for step in (5, 6)}) == 4


def test_training_masks_features_and_validation_does_not(monkeypatch):
    module = CtcModule(PLAIN)
    logging(module, monkeypatch)
    inputs = []
    module.recogniser.network.register_forward_pre_hook(lambda _, args: inputs.append(args[0]))
    monkeypatch.setattr(module, "spec_augment", lambda features, *_: features * 0)
    with torch.no_grad():
        module.training_step(batch("abc"), 0)
        module.eval().validation_step(batch("abc"), 0)
    assert not inputs[0].any()
    assert inputs[1].any()


def test_dev_is_scored_as_a_whole(monkeypatch):
    module = CtcModule(PLAIN)
    monkeypatch.setattr(module, "recogniser", toy_model.ToyCtcModel())
    logged = logging(module, monkeypatch)
    right, wrong = (
        batch("a b c", "d e f", speak=toy_model.text_waveform),
        batch("g", speak=toy_model.text_waveform),
    )
    wrong = wrong._replace(targets=torch.tensor([text.encode("h")]))
    module.validation_step(right, 0)
    module.validation_step(wrong, 1)
    module.on_validation_epoch_end()
    assert logged["dev_wer"] == pytest.approx(1 / 7)
    assert logged["dev_cer"] == pytest.approx(1 / 11)
    whole = logged["dev_loss"]
    losses = []
    # Each validation starts from zero.
    for each in (
        batch("a b c", speak=toy_model.text_waveform),
        batch("d e f", speak=toy_model.text_waveform),
        wrong,
    ):
        module.validation_step(each, 0)
        module.on_validation_epoch_end()
        assert logged["dev_wer"] == (1.0 if each is wrong else 0.0)
        losses.append(logged["dev_loss"])
    assert whole == pytest.approx(sum(losses) / 3)


def test_frames_of_padding_are_not_transcribed(monkeypatch):
    module = CtcModule(PLAIN)

    class WithNoisyPadding(toy_model.ToyCtcModel):
        def forward(self, waveforms, lengths):
            log_probs, frames = super().forward(waveforms, lengths)
            for row, count in zip(log_probs, frames, strict=True):
                row[count:] = torch.eye(29)[5].log()
            return log_probs, frames

    monkeypatch.setattr(module, "recogniser", WithNoisyPadding())
    logged = logging(module, monkeypatch)
    module.validation_step(batch("a", "abcdef", speak=toy_model.text_waveform), 0)
    module.on_validation_epoch_end()
    assert logged["dev_wer"] == 0.0


def test_the_hyper_parameters_hold_the_recipe():
    module = CtcModule(PLAIN)
    assert Recipe(**module.hparams["recipe"]) == PLAIN


def test_the_norm_of_the_gradient_is_clipped():
    module = CtcModule(PLAIN)
    for parameter in module.parameters():
        parameter.grad = torch.ones_like(parameter)
    module.configure_gradient_clipping(module.configure_optimizers()["optimizer"], 0.5)
    squares = [p.grad.square().sum() for p in module.parameters() if p.grad is not None]
    assert torch.stack(squares).sum().sqrt().item() == pytest.approx(0.5, rel=1e-4)


def test_the_losses_of_inner_layers_are_added(monkeypatch):
    parameters = {"width": 8, "heads": 2, "layers": 2, "self_conditioning_block": 0}
    recipe = tone_corpus.recipe(
        network="whisper_ctc",
        front_end={"mels": 16},
        parameters=parameters | {"dropout": 0.0},
        intermediate_loss_weight=0.5,
        **tone_corpus.PLAIN,
    )
    module = CtcModule(recipe)
    logging(module, monkeypatch)
    spoken = batch("abc", "fedcba")
    features, frames = module.recogniser.front_end(spoken.waveforms, spoken.lengths)
    outer, (inner,), frames = module.recogniser.network.forward_training(features, frames)
    expected = module.loss(outer, frames, spoken) + 0.5 * module.loss(inner, frames, spoken)
    assert module.training_step(spoken, 0).item() == pytest.approx(expected.item(), rel=1e-5)


WRITTEN = tone_corpus.recipe(
    network="whisper_ctc",
    front_end={"mels": 16},
    parameters={
        "width": 8,
        "heads": 2,
        "layers": 2,
        "self_conditioning_block": 0,
        "labels": "written",
    },
    **tone_corpus.PLAIN,
)


def written_batch(*texts):
    return collate(
        [
            (
                torch.from_numpy(tone_corpus.tones(text.normalise(written) or "abc")),
                torch.tensor(text.encode(written, WRITTEN_ALPHABET)),
            )
            for written in texts
        ]
    )


def test_a_network_with_written_labels_trains_on_written_and_plain_text(monkeypatch):
    module = CtcModule(WRITTEN)
    logging(module, monkeypatch)
    spoken = written_batch("Fed, a cab.", "bad cafe", "")
    assert isinstance(module.dataset([]), WrittenDataset)
    loss = module.training_step(spoken, 0)
    loss.backward()
    assert loss.item() > 0
    gradients = {name: p.grad for name, p in module.recogniser.named_parameters()}
    gradient = gradients["network.classifiers.written.weight"]
    assert gradient is not None
    assert gradient.isfinite().all()


def test_self_conditioning_trains_on_the_plain_text_of_written_targets():
    module = CtcModule(WRITTEN)
    plain = tone_corpus.recipe(network="whisper_ctc", front_end={"mels": 16}, parameters={
        "width": 8, "heads": 2, "layers": 2})  # fmt: skip
    inner = torch.randn(2, 40, 29).log_softmax(-1)
    frames = torch.tensor([40, 31])
    spoken = written_batch("Fed-a cab.", "bad cafe")
    expected = CtcModule(plain).loss(inner, frames, batch("fed a cab", "bad cafe"))
    assert module.loss(inner, frames, spoken).item() == pytest.approx(expected.item(), rel=1e-5)


def test_dev_metrics_are_of_plain_text_and_of_written_words_where_the_reference_has_them():
    module = CtcModule(WRITTEN)

    def encode(*texts):
        return [text.encode(each, WRITTEN_ALPHABET) for each in texts]

    references = encode("Well-known, he said.", "plain text")
    scores = module.scores(references, encode("Well known, He said", "Plain, text"))
    assert (scores["dev_wer"], scores["dev_cer"]) == (0.0, 0.0)
    # Of "Well-known," "he" "said." none is as written: a substitution each, and an insertion.
    assert scores["dev_written_wer"] == pytest.approx(4 / 3)
    assert "dev_written_wer" not in module.scores(references[1:], encode("Plain, text"))
    assert "dev_written_wer" not in CtcModule(PLAIN).scores([[2]], [[2]])


def test_a_network_with_other_classes_than_an_alphabet_is_rejected():
    recipe = tone_corpus.recipe(
        network="convolutional", parameters={"width": 8, "kernels": [3], "classes": 30}
    )
    with pytest.raises(InputError, match=r"it has 30 classes; task 'ctc' needs 29 .* or 60"):
        CtcModule(recipe)


def test_teacher_labels_of_a_network_with_plain_labels_are_rejected():
    with pytest.raises(InputError, match="teacher_labels: the network's labels are plain"):
        CtcModule(tone_corpus.recipe(teacher_labels="labels.tsv"))
