import itertools

import pytest
import torch

from training.data import text
from training.data.loaders import TARGET_PADDING
from training.data.written_text import PLAIN_CLASSES, WRITTEN_ALPHABET
from training.fit import ctc_loss


def targets(*texts):
    rows = [torch.tensor(text.encode(each, WRITTEN_ALPHABET)).long() for each in texts]
    padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=TARGET_PADDING)
    return padded, torch.tensor([len(row) for row in rows])


def random_log_probs(batch, frames, classes=60):
    torch.manual_seed(3)
    return torch.randn(batch, frames, classes).log_softmax(-1)


def test_a_written_target_has_the_ctc_loss_of_its_characters():
    log_probs, frames = random_log_probs(2, 30), torch.tensor([30, 25])
    both = targets("Ab, c-d.", "Fed?")
    expected = ctc_loss.ctc_losses(log_probs, frames, *both)
    assert torch.allclose(ctc_loss.written_losses(log_probs, frames, *both), expected)


def test_a_plain_target_has_the_likelihood_of_all_its_written_forms():
    log_probs = random_log_probs(1, 3)
    loss = ctc_loss.written_losses(log_probs, torch.tensor([3]), *targets("ab"))
    total = 0.0
    blank = text.ALPHABET.blank
    for path in itertools.product(range(60), repeat=3):
        plain = [PLAIN_CLASSES[index] for index in path]
        collapsed = [index for index, _ in itertools.groupby(plain) if index != blank]
        if collapsed == text.encode("ab"):
            total += log_probs[0, range(3), list(path)].sum().exp().item()
    assert loss.item() == pytest.approx(-torch.tensor(total).log().item(), rel=1e-4)


def test_written_and_plain_targets_of_a_batch_have_their_own_losses():
    log_probs, frames = random_log_probs(3, 30), torch.tensor([30, 25, 20])
    together = ctc_loss.written_losses(log_probs, frames, *targets("ab c", "A cab.", ""))
    for row, each in enumerate(("ab c", "A cab.", "")):
        rows = slice(row, row + 1)
        alone = ctc_loss.written_losses(log_probs[rows], frames[rows], *targets(each))
        assert together[row].item() == pytest.approx(alone.item(), rel=1e-5)


def test_the_empty_target_allows_no_marks():
    log_probs = random_log_probs(1, 4)
    loss = ctc_loss.written_losses(log_probs, torch.tensor([4]), *targets(""))
    assert loss.item() == pytest.approx(-log_probs[0, :, -1].sum().item(), rel=1e-5)


def test_only_targets_with_capitals_or_marks_are_written():
    padded, _ = targets("it's plain", "a mark.", "A", "", "two-part")
    assert ctc_loss.is_plain(padded).tolist() == [True, False, False, False, True]


def test_the_marginal_is_a_distribution_over_plain_classes():
    log_probs = random_log_probs(2, 5)
    plain = ctc_loss.plain_marginal(log_probs)
    assert plain.shape == (2, 5, 29)
    assert torch.allclose(plain.exp().sum(-1), torch.ones(2, 5))
    labels = WRITTEN_ALPHABET.labels
    expected = log_probs[..., [labels.index("Q"), labels.index("q")]].logsumexp(-1)
    assert torch.allclose(plain[..., text.ALPHABET.labels.index("q")], expected, atol=1e-5)


def test_the_gradient_of_the_marginal_is_finite_where_a_class_is_impossible():
    scores = torch.zeros(1, 4, 60)
    scores[..., 40] = 300.0
    scores.requires_grad_()
    losses = ctc_loss.written_losses(scores.log_softmax(-1), torch.tensor([4]), *targets("a b"))
    losses.sum().backward()
    assert scores.grad is not None
    assert scores.grad.isfinite().all()


def test_plain_targets_have_neither_case_nor_marks():
    padded, lengths = ctc_loss.plain_targets(targets("Well-known, he.", "a")[0])
    texts = [text.decode(row[:n].tolist()) for row, n in zip(padded, lengths, strict=True)]
    assert texts == ["well known he", "a"]
    assert (padded[1, 1:] == TARGET_PADDING).all()
