"""Which utterances make the batch of which step: a pure function of the seed and the step.

That is what makes a killed run resume with the same data order: a sampler that starts at step
`n` yields what an unbroken one yields from step `n` on.
"""

from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

# An item of a batch: the utterance's index, and how many came before it, for its alteration.
Item = tuple[int, int]

POOL = 256  # utterances of any length that are drawn together, then parted by it


def plan_epoch(
    seconds: Sequence[float],
    batch_seconds: float,
    seed: int,
    epoch: int,
    ascending: bool,
    like_lengths: bool = True,
    shares: NDArray[np.float64] | None = None,
) -> list[list[int]]:
    """Split all utterances into batches, in the order in which to train.

    Parameters
    ----------
    seconds : sequence of float, shape (utterances,)
        Duration of each utterance.
    batch_seconds : float
        Upper bound of a batch's padded duration (its longest utterance times its size).
    ascending : bool
        Short batches first (SortaGrad, Amodei et al. 2016), else shuffled.
    like_lengths : bool
        Whether the utterances of a batch are of like length, which wastes least on padding, or as
        alike as `POOL` drawn at random: where length hints at the class, batches of all lengths
        take turns.
    shares : NDArray[float64], shape (utterances,), optional
        How often each utterance is drawn, as a share; without them each comes once.
    """
    random = np.random.default_rng((seed, epoch))
    durations = np.asarray(seconds)
    # Jitter of a tenth: like lengths stay together, the company changes each epoch.
    order = np.argsort(durations * random.uniform(0.9, 1.1, len(durations)), kind="stable")
    if shares is not None:
        order = order[np.sort(random.choice(len(order), len(order), p=shares[order]))]
    if not like_lengths:
        random.shuffle(order)
        pools = [order[first : first + POOL] for first in range(0, len(order), POOL)]
        order = np.concatenate([pool[np.argsort(durations[pool], kind="stable")] for pool in pools])
    batches: list[list[int]] = [[]]
    longest = 0.0
    for index in order.tolist():
        longest = max(longest, durations[index])
        if batches[-1] and longest * (len(batches[-1]) + 1) > batch_seconds:
            batches.append([])
            longest = durations[index]
        batches[-1].append(index)
    if not ascending:
        random.shuffle(batches)
    return batches


class BatchSchedule(Sampler[list[Item]]):
    """Endless batches from step `start` on; `sorted_epochs` epochs come in ascending length.

    Of `processes` that learn side by side, that of `rank` gets every so many'th batch, a step of
    all taking one of each.
    """

    def __init__(
        self,
        seconds: Sequence[float],
        batch_seconds: float,
        seed: int,
        start: int = 0,
        sorted_epochs: int = 1,
        like_lengths: bool = True,
        shares: NDArray[np.float64] | None = None,
        rank: int = 0,
        processes: int = 1,
    ) -> None:
        self.seconds = seconds
        self.batch_seconds = batch_seconds
        self.seed = seed
        self.start = start
        self.sorted_epochs = sorted_epochs
        self.like_lengths = like_lengths
        self.shares = shares
        self.rank, self.processes = rank, processes

    def __iter__(self) -> Iterator[list[Item]]:
        number = items = 0
        for epoch in count():
            ascending = epoch < self.sorted_epochs
            batches = plan_epoch(
                self.seconds,
                self.batch_seconds,
                self.seed,
                epoch,
                ascending,
                self.like_lengths,
                self.shares,
            )
            for batch in batches:
                step, rank = divmod(number, self.processes)
                if step >= self.start and rank == self.rank:
                    yield [(index, items + place) for place, index in enumerate(batch)]
                number += 1
                items += len(batch)
