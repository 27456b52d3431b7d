from itertools import chain, islice, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.batch_sampler import BatchSchedule, plan_epoch

durations = st.lists(st.floats(0.1, 20.0), min_size=1, max_size=60)
bounds = st.floats(1.0, 60.0)
seeds = st.integers(0, 2**31)


def take(schedule, count):
    return list(islice(iter(schedule), count))


@given(durations, bounds, seeds, st.integers(0, 5), st.booleans())
def test_every_utterance_comes_once_an_epoch(seconds, bound, seed, epoch, ascending):
    batches = plan_epoch(seconds, bound, seed, epoch, ascending)
    assert sorted(chain(*batches)) == list(range(len(seconds)))
    assert all(batches)


@given(durations, bounds, seeds, st.booleans())
def test_padded_batches_keep_to_the_bound_unless_one_utterance_is_longer(
    seconds, bound, seed, ascending
):
    for batch in plan_epoch(seconds, bound, seed, 0, ascending):
        padded = len(batch) * max(seconds[index] for index in batch)
        assert padded <= bound or len(batch) == 1


@given(durations, bounds, seeds)
def test_an_ascending_epoch_grows_but_for_the_jitter(seconds, bound, seed):
    order = list(chain(*plan_epoch(seconds, bound, seed, 0, ascending=True)))
    longest = 0.0
    for index in order:
        assert seconds[index] >= longest * 0.9 / 1.1 - 1e-9
        longest = max(longest, seconds[index])


def test_utterances_of_a_second_fill_ten_seconds():
    assert [len(b) for b in plan_epoch([1.0] * 25, 10.0, 0, 0, ascending=True)] == [10, 10, 5]


@given(st.lists(st.floats(1.0, 1.3), min_size=10, max_size=40), st.floats(2.0, 10.0), seeds)
def test_batches_are_as_large_as_the_bound_allows(seconds, bound, seed):
    for batch, following in pairwise(plan_epoch(seconds, bound, seed, 0, ascending=True)):
        longer = [*batch, following[0]]
        assert len(longer) * max(seconds[index] for index in longer) > bound


def test_only_the_first_epochs_ascend():
    seconds = [0.5 * 1.3**k for k in range(20)]  # steps wider than the jitter
    epochs = islice(pairwise(take(BatchSchedule(seconds, 0.0, 1, sorted_epochs=2), 60)), 59)
    rising = [seconds[a[0][0]] < seconds[b[0][0]] for a, b in epochs]
    assert all(rising[:19])
    assert all(rising[20:39])
    assert not all(rising[40:59])


def test_each_epoch_has_another_order():
    plans = [plan_epoch([1.0] * 30, 5.0, 0, epoch, ascending=False) for epoch in range(4)]
    assert len({str(plan) for plan in plans}) == 4


@given(durations, bounds, seeds)
def test_the_seed_alone_decides_the_order(seconds, bound, seed):
    one, other = (BatchSchedule(seconds, bound, seed) for _ in range(2))
    assert take(one, 30) == take(other, 30)
    assert take(one, 30) == take(one, 30)  # and iterating leaves no trace


@given(durations, bounds, seeds, st.integers(0, 40))
def test_starting_at_a_step_yields_what_the_unbroken_schedule_yields_from_there(
    seconds, bound, seed, start
):
    unbroken = take(BatchSchedule(seconds, bound, seed), start + 10)
    assert take(BatchSchedule(seconds, bound, seed, start), 10) == unbroken[start:]


@given(durations, bounds, seeds, st.integers(0, 40))
def test_items_are_numbered_through_all_batches(seconds, bound, seed, start):
    batches = take(BatchSchedule(seconds, bound, seed), start + 5)
    numbers = [number for batch in batches for _, number in batch]
    assert numbers == list(range(len(numbers)))


@given(durations, bounds, seeds, st.integers(0, 20), st.integers(1, 3))
def test_processes_side_by_side_share_the_batches_of_one(seconds, bound, seed, start, processes):
    of_one = take(BatchSchedule(seconds, bound, seed), (start + 4) * processes)
    for rank in range(processes):
        schedule = BatchSchedule(seconds, bound, seed, start, rank=rank, processes=processes)
        assert take(schedule, 4) == of_one[start * processes + rank :: processes]


@given(durations, bounds, seeds)
def test_batches_of_any_lengths_hold_every_utterance_and_keep_to_the_bound(seconds, bound, seed):
    batches = plan_epoch(seconds, bound, seed, 0, ascending=False, like_lengths=False)
    assert sorted(chain(*batches)) == list(range(len(seconds)))
    for batch in batches:
        padded = len(batch) * max(seconds[index] for index in batch)
        assert padded <= bound or len(batch) == 1


def test_batches_of_any_lengths_take_turns_and_waste_little_on_padding():
    seconds = [1.0] * 1000 + [4.0] * 1000
    epoch = plan_epoch(seconds, 80.0, 1, 0, ascending=False, like_lengths=False)
    longest = [max(seconds[index] for index in batch) for batch in epoch]
    for first in range(0, len(epoch) - 20, 20):
        assert set(longest[first : first + 20]) == {1.0, 4.0}
    padded = sum(len(batch) * most for batch, most in zip(epoch, longest, strict=True))
    assert padded < 1.2 * sum(seconds)


def test_utterances_come_as_often_as_their_shares_say():
    shares = np.array([0.6, 0.4, 0.0] + [0.0] * 997)
    drawn = list(chain(*plan_epoch([1.0] * 1000, 10.0, 0, 0, False, False, shares)))
    assert len(drawn) == 1000
    assert drawn.count(0) / 1000 == pytest.approx(0.6, abs=0.05)
    assert drawn.count(0) + drawn.count(1) == 1000


@pytest.mark.parametrize("like_lengths", [False, True])
def test_a_share_is_that_of_its_utterance_whatever_the_order(like_lengths):
    seconds = [9.0, 1.0, 4.0, 2.0]
    shares = np.array([0.0, 0.0, 1.0, 0.0])
    schedule = BatchSchedule(seconds, 10.0, 1, like_lengths=like_lengths, shares=shares)
    assert {index for batch in take(schedule, 6) for index, _ in batch} == {2}
