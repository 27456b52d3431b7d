"""Deterministic length-bucketed batch sampler: a batch depends only on the seed and the step.

A sampler that starts at step `n` yields what an uninterrupted one yields from step `n` on, so that
a resumed run has the same data order.
"""

from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

# An item of a batch: the utterance's index, and its serial number in the run, which seeds its
# augmentation.
Item = tuple[int, int]

POOL_SIZE = 256  # random utterances that are sorted by length together


def epoch_batches(
    seconds: Sequence[float],
    *,
    batch_seconds: float,
    seed: int,
    epoch: int,
    ascending: bool,
    bucket_by_length: bool = True,
    weights: NDArray[np.float64] | None = None,
    repetitions: NDArray[np.float64] | None = None,
) -> list[list[int]]:
    """Split all utterances into the batches of an epoch, in training order.

    Parameters
    ----------
    seconds : sequence of float, shape (utterances,)
        Duration of each utterance.
    batch_seconds : float
        Upper bound of a batch's padded duration (its longest utterance times its size).
    ascending : bool
        Short batches first (SortaGrad, Amodei et al. 2016), else shuffled.
    bucket_by_length : bool
        Whether a batch holds utterances of similar length from the whole corpus, which needs the
        least padding, or from a pool of `POOL_SIZE` random ones, which mixes lengths across
        batches, for tasks where length hints at the class.
    weights : NDArray[float64], shape (utterances,), optional
        Sampling probability of each utterance, with replacement; None takes each once.
    repetitions : NDArray[float64], shape (utterances,), optional
        Mean number of times that each utterance comes in an epoch; None takes each once.
    """
    random = np.random.default_rng((seed, epoch))
    durations = np.asarray(seconds)
    # A jitter of a tenth keeps lengths similar and changes the composition of batches every epoch.
    order = np.argsort(durations * random.uniform(0.9, 1.1, len(durations)), kind="stable")
    if weights is not None:
        order = order[np.sort(random.choice(len(order), len(order), p=weights[order]))]
    if repetitions is not None:
        times = np.floor(repetitions[order] + random.random(len(order))).astype(np.int64)
        order = np.repeat(order, times)
    if not bucket_by_length:
        random.shuffle(order)
        pools = [order[first : first + POOL_SIZE] for first in range(0, len(order), POOL_SIZE)]
        order = np.concatenate([pool[np.argsort(durations[pool], kind="stable")] for pool in pools])
    batches: list[list[int]] = [[]] if len(order) else []
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


class BatchSampler(Sampler[list[Item]]):
    """Endless batches of epochs.

    Parameters
    ----------
    seconds, batch_seconds, seed, bucket_by_length, weights, repetitions
        As in `epoch_batches`.
    start_step : int
        Step of the first batch.
    sortagrad_epochs : int
        Epochs, from the first on, whose batches come in ascending length.
    rank, world_size : int
        Distributed training: rank r of n takes batches r, r + n, r + 2n ...
    """

    def __init__(
        self,
        seconds: Sequence[float],
        *,
        batch_seconds: float,
        seed: int,
        start_step: int = 0,
        sortagrad_epochs: int = 1,
        bucket_by_length: bool = True,
        weights: NDArray[np.float64] | None = None,
        repetitions: NDArray[np.float64] | None = None,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.seconds = seconds
        self.batch_seconds = batch_seconds
        self.seed = seed
        self.start_step = start_step
        self.sortagrad_epochs = sortagrad_epochs
        self.bucket_by_length = bucket_by_length
        self.weights = weights
        self.repetitions = repetitions
        self.rank, self.world_size = rank, world_size

    def __iter__(self) -> Iterator[list[Item]]:
        batch_number = first_serial = 0
        for epoch in count():
            batches = epoch_batches(
                self.seconds,
                batch_seconds=self.batch_seconds,
                seed=self.seed,
                epoch=epoch,
                ascending=epoch < self.sortagrad_epochs,
                bucket_by_length=self.bucket_by_length,
                weights=self.weights,
                repetitions=self.repetitions,
            )
            for batch in batches:
                step, rank = divmod(batch_number, self.world_size)
                if step >= self.start_step and rank == self.rank:
                    yield [(index, first_serial + place) for place, index in enumerate(batch)]
                batch_number += 1
                first_serial += len(batch)
