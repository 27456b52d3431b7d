"""CTC losses by utterance: of one alphabet, and of written labels with plain or written targets."""

import torch
import torch.nn.functional as F
from torch import Tensor

from training.data import text
from training.data.loaders import TARGET_PADDING
from training.data.written_text import MARKS, PLAIN_CLASSES, WRITTEN_ALPHABET

# Classes that only written text has.
_WRITTEN_ONLY = torch.tensor(
    [label.isupper() or label in tuple(MARKS) for label in WRITTEN_ALPHABET.labels]
)
_PLAIN_CLASSES = torch.tensor(PLAIN_CLASSES)
_SPACE = text.ALPHABET.labels.index(text.ALPHABET.word_boundary)


def ctc_losses(log_probs: Tensor, frames: Tensor, targets: Tensor, lengths: Tensor) -> Tensor:
    """CTC loss of each utterance (Graves et al. 2006), whose blank is the last class.

    Parameters
    ----------
    log_probs : Tensor, shape (batch, frames, classes)
    frames, lengths : Tensor, shape (batch,)
        Valid frames and target indices of each utterance.
    targets : Tensor, shape (batch, targets)

    Returns
    -------
    Tensor, shape (batch,)
        0 for an utterance with too few frames for its target.
    """
    return F.ctc_loss(
        log_probs.float().transpose(0, 1),
        targets,
        frames,
        lengths,
        blank=log_probs.shape[-1] - 1,
        reduction="none",
        zero_infinity=True,
    )


def written_losses(log_probs: Tensor, frames: Tensor, targets: Tensor, lengths: Tensor) -> Tensor:
    """CTC loss of each utterance in the written alphabet; parameters as in `ctc_losses`.

    A target without capitals and marks is plain text: its loss is that of the plain characters,
    whatever their case and punctuation.
    """
    plain = is_plain(targets)
    losses = log_probs.new_zeros(len(targets), dtype=torch.float32)
    if not plain.all():
        rows = ~plain
        losses = losses.masked_scatter(
            rows, ctc_losses(log_probs[rows], frames[rows], targets[rows], lengths[rows])
        )
    if plain.any():
        marginal = plain_marginal(log_probs[plain])
        plain_ones = plain_targets(targets[plain])
        losses = losses.masked_scatter(plain, ctc_losses(marginal, frames[plain], *plain_ones))
    return losses


def is_plain(targets: Tensor) -> Tensor:
    """Whether each target has characters, and no capitals or marks; (batch, targets) to (batch,).

    The empty target of a clip without speech is not plain: marks are wrong there too.
    """
    present = targets != TARGET_PADDING
    written = (_WRITTEN_ONLY.to(targets.device)[targets.clamp_min(0)] & present).any(1)
    return present.any(1) & ~written


def plain_marginal(log_probs: Tensor) -> Tensor:
    """Log-probabilities of the plain classes: sums over case, hyphen and space, marks and blank.

    Parameters
    ----------
    log_probs : Tensor, shape (..., 60)
        Of the written alphabet.

    Returns
    -------
    Tensor, shape (..., 29)
    """
    classes = _PLAIN_CLASSES.to(log_probs.device).expand(log_probs.shape)
    highest = log_probs.detach().amax(-1, keepdim=True)
    shape = (*log_probs.shape[:-1], len(text.ALPHABET.labels))
    sums = log_probs.new_zeros(shape).scatter_add(-1, classes, (log_probs - highest).exp())
    return sums.clamp_min(torch.finfo(sums.dtype).tiny).log() + highest


def plain_targets(targets: Tensor) -> tuple[Tensor, Tensor]:
    """Plain text of targets in the written alphabet.

    Returns
    -------
    targets : Tensor, shape (batch, targets), int64
        Padded with `TARGET_PADDING`.
    lengths : Tensor, shape (batch,), int64
    """
    rows = [_plain_row(row) for row in targets.tolist()]
    padded = torch.full_like(targets, TARGET_PADDING)
    for out, row in zip(padded, rows, strict=True):
        out[: len(row)] = torch.tensor(row, dtype=torch.int64)
    return padded, torch.tensor([len(row) for row in rows], device=targets.device)


def _plain_row(row: list[int]) -> list[int]:
    """Plain classes of one target, without marks and padding, and with single spaces."""
    plain = [PLAIN_CLASSES[index] for index in row if index != TARGET_PADDING]
    return [index for index in plain if index != text.ALPHABET.blank]
