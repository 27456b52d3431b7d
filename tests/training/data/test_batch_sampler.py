from itertools import chain, islice, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.batch_sampler import BatchSampler, epoch_batches

durations = st.lists(st.floats(0.1, 20.0), min_size=1, max_size=60)
bounds = st.floats(1.0, 60.0)
seeds = st.integers(0, 2**31)


def epoch_of(seconds, bound, seed=0, epoch=0, *, ascending=False, **options):
    return epoch_batches(
        seconds, batch_seconds=bound, seed=seed, epoch=epoch, ascending=ascending, **options
    )


def sampler_of(seconds, bound, seed=1, **options):
    return BatchSampler(seconds, batch_seconds=bound, seed=seed, **options)


def first(sampler, count):
    return list(islice(iter(sampler), count))


@given(durations, bounds, seeds, st.integers(0, 5), st.booleans())
def test_every_utterance_occurs_once_in_an_epoch(seconds, bound, seed, epoch, ascending):
    batches = epoch_of(seconds, bound, seed, epoch, ascending=ascending)
    assert sorted(chain(*batches)) == list(range(len(seconds)))
    assert all(batches)


@given(durations, bounds, seeds, st.booleans(), st.booleans())
def test_only_single_utterances_exceed_the_bound_of_padded_seconds(
    seconds, bound, seed, ascending, bucketed
):
    batches = epoch_of(seconds, bound, seed, ascending=ascending, bucket_by_length=bucketed)
    assert sorted(chain(*batches)) == list(range(len(seconds)))
    for batch in batches:
        padded = len(batch) * max(seconds[index] for index in batch)
        assert padded <= bound or len(batch) == 1


@given(durations, bounds, seeds)
def test_an_ascending_epoch_ascends_up_to_the_jitter(seconds, bound, seed):
    longest = 0.0
    for index in chain(*epoch_of(seconds, bound, seed, ascending=True)):
        assert seconds[index] >= longest * 0.9 / 1.1 - 1e-9
        longest = max(longest, seconds[index])


def test_ten_seconds_hold_ten_utterances_of_a_second():
    assert [len(batch) for batch in epoch_of([1.0] * 25, 10.0, ascending=True)] == [10, 10, 5]


@given(st.lists(st.floats(1.0, 1.3), min_size=10, max_size=40), st.floats(2.0, 10.0), seeds)
def test_batches_are_as_large_as_the_bound_allows(seconds, bound, seed):
    for batch, following in pairwise(epoch_of(seconds, bound, seed, ascending=True)):
        longer = [*batch, following[0]]
        assert len(longer) * max(seconds[index] for index in longer) > bound


def test_only_the_first_epochs_ascend():
    seconds = [0.5 * 1.3**k for k in range(20)]  # steps wider than the jitter
    epochs = islice(pairwise(first(sampler_of(seconds, 0.0, sortagrad_epochs=2), 60)), 59)
    rising = [seconds[a[0][0]] < seconds[b[0][0]] for a, b in epochs]
    assert all(rising[:19])
    assert all(rising[20:39])
    assert not all(rising[40:59])


def test_each_epoch_has_another_order():
    epochs = [epoch_of([1.0] * 30, 5.0, epoch=epoch) for epoch in range(4)]
    assert len({str(batches) for batches in epochs}) == 4


@given(durations, bounds, seeds)
def test_the_seed_alone_determines_the_order(seconds, bound, seed):
    one, other = (sampler_of(seconds, bound, seed) for _ in range(2))
    assert first(one, 30) == first(other, 30)
    assert first(one, 30) == first(one, 30)  # iteration has no side effects


@given(durations, bounds, seeds, st.integers(0, 40))
def test_a_sampler_that_starts_at_a_step_continues_the_uninterrupted_one(
    seconds, bound, seed, start
):
    uninterrupted = first(sampler_of(seconds, bound, seed), start + 10)
    resumed = sampler_of(seconds, bound, seed, start_step=start)
    assert first(resumed, 10) == uninterrupted[start:]


@given(durations, bounds, seeds, st.integers(0, 40))
def test_items_have_consecutive_serial_numbers(seconds, bound, seed, start):
    batches = first(sampler_of(seconds, bound, seed), start + 5)
    numbers = [number for batch in batches for _, number in batch]
    assert numbers == list(range(len(numbers)))


@given(durations, bounds, seeds, st.integers(0, 20), st.integers(1, 3))
def test_distributed_processes_share_the_batches_of_one(seconds, bound, seed, start, world_size):
    batches = first(sampler_of(seconds, bound, seed), (start + 4) * world_size)
    for rank in range(world_size):
        sampler = sampler_of(
            seconds, bound, seed, start_step=start, rank=rank, world_size=world_size
        )
        assert first(sampler, 4) == batches[start * world_size + rank :: world_size]


def test_without_buckets_lengths_alternate_and_little_is_padding():
    seconds = [1.0] * 1000 + [4.0] * 1000
    batches = epoch_of(seconds, 80.0, 1, bucket_by_length=False)
    longest = [max(seconds[index] for index in batch) for batch in batches]
    for start in range(0, len(batches) - 20, 20):
        assert set(longest[start : start + 20]) == {1.0, 4.0}
    padded = sum(len(batch) * most for batch, most in zip(batches, longest, strict=True))
    assert padded < 1.2 * sum(seconds)


def test_utterances_are_sampled_in_proportion_to_their_weights():
    weights = np.array([0.6, 0.4, 0.0] + [0.0] * 997)
    batches = epoch_of([1.0] * 1000, 10.0, bucket_by_length=False, weights=weights)
    sampled = list(chain(*batches))
    assert len(sampled) == 1000
    assert sampled.count(0) / 1000 == pytest.approx(0.6, abs=0.05)
    assert sampled.count(0) + sampled.count(1) == 1000


@pytest.mark.parametrize("bucket_by_length", [False, True])
def test_a_weight_belongs_to_its_utterance_in_any_order(bucket_by_length):
    seconds = [9.0, 1.0, 4.0, 2.0]
    weights = np.array([0.0, 0.0, 1.0, 0.0])
    sampler = sampler_of(seconds, 10.0, bucket_by_length=bucket_by_length, weights=weights)
    assert {index for batch in first(sampler, 6) for index, _ in batch} == {2}


@given(durations, bounds, seeds)
def test_an_utterance_is_repeated_as_often_as_asked(seconds, bound, seed):
    times = np.arange(len(seconds)) % 3
    batches = epoch_of(seconds, bound, seed, repetitions=times.astype(float))
    assert np.bincount(list(chain(*batches)), minlength=len(seconds)).tolist() == times.tolist()
    assert all(batches)


def test_a_fraction_of_a_repetition_is_its_share_of_the_utterances():
    repetitions = np.repeat([0.4, 1.5], 500)
    one, other = (
        np.bincount(
            list(chain(*epoch_of([1.0] * 1000, 100.0, epoch=epoch, repetitions=repetitions))),
            minlength=1000,
        )
        for epoch in (0, 1)
    )
    assert set(one[:500]) == {0, 1}
    assert set(one[500:]) == {1, 2}
    assert 0.3 < one[:500].mean() < 0.5
    assert 1.4 < one[500:].mean() < 1.6
    assert one.tolist() != other.tolist()
