"""Nothing is lost, doubled or overwritten by older, whoever is killed or overtaken, and when."""

import itertools
import time

import pytest

from batch import object_keys
from batch.deadline import Deadline, RetryLaterError
from batch.events import ObjectEvent
from tests.support import fault_injection, toy_model
from tests.support.batch_stores import (
    Place,
    clear,
    content,
    document,
)

HELLO, THERE = toy_model.wav("hello"), toy_model.wav("there you are")
NO_AUDIO, NEITHER = b"not audio", b"not audio either"
RESULT = {"a.json", "a.txt", "a.srt", "a.vtt"}
FOREVER = Deadline()


@pytest.fixture
def hour_later(monkeypatch):
    """`hour_later(True)` puts the clock of leases an hour forward, so that all have expired."""
    true, ahead = time.time, 0.0

    def move(there):
        nonlocal ahead
        ahead = 3600.0 if there else 0.0

    monkeypatch.setattr("batch.lease.now", lambda: true() + ahead)
    return move


def check_whole(place: Place, event: ObjectEvent, put: bytes) -> None:
    """Check that there is one answer, whole, to what was put last, and nothing else."""
    told = {HELLO: "hello", THERE: "there you are"}
    if put in told:
        assert place.names() == RESULT
        members = document(place, "a.json")
        assert members["transcript"] == told[put]
        assert members["formats"] == list(fault_injection.ALL_FORMS)
        check_companions(place, told[put])
    else:
        assert place.names() == {"a.error.json"}
        members = document(place, "a.error.json")
    assert members["source"]["etag"] == event.etag


def check_companions(place: Place, told: str) -> None:
    for form in fault_injection.ALL_FORMS:
        assert told.encode() in content(place, object_keys.companion_key("a", form))


def check_nothing_or_whole(place: Place) -> None:
    """Check that what a reader sees is an answer with all that it names, or none."""
    names = place.names()
    assert not {"a.json", "a.error.json"} <= names
    if "a.json" in names:
        members = document(place, "a.json")
        assert members["formats"] == list(fault_injection.ALL_FORMS)
        check_companions(place, members["transcript"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, HELLO),
        (None, NO_AUDIO),
        (HELLO, THERE),
        (HELLO, NO_AUDIO),
        (NO_AUDIO, HELLO),
    ],
    ids=[
        "nothing to result",
        "nothing to refusal",
        "result",
        "result to refusal",
        "refusal to result",
    ],
)
def test_killed_before_any_change_it_leaves_nothing_or_a_whole_and_the_retry_ends_it(
    place, toy_bundle, hour_later, before, after
):
    model = str(toy_bundle)
    for change in itertools.count():
        hour_later(False)
        if before is not None:
            fault_injection.worker(place, model).answer(place.put("a", before), FOREVER)
        event = place.put("a", after)
        if not fault_injection.was_killed(place, model, event, change):
            break
        check_nothing_or_whole(place)
        hour_later(True)
        status = fault_injection.worker(place, model).answer(event, FOREVER).status
        clear_leases(place)
        check_whole(place, event, after)
        # Only giving back the lease was left to do, or there was all to do.
        answered = "refused" if after is NO_AUDIO else "transcribed"
        assert status in {answered, "up_to_date"}
        reset(place)
    check_whole(place, event, after)
    assert change >= 3  # to claim, to write, to give back


def clear_leases(place: Place) -> None:
    """What a lifecycle rule does to the lease of who was killed after the answer was whole."""
    for name in place.names():
        if name.startswith(object_keys.LEASES):
            clear(place, name)


def reset(place: Place) -> None:
    for name in place.names():
        clear(place, name)


@pytest.mark.parametrize(
    "meanwhile",
    [[THERE], [NO_AUDIO], [THERE, NO_AUDIO], [NO_AUDIO, THERE]],
    ids=["result", "refusal", "result, refusal", "refusal, result"],
)
@pytest.mark.parametrize("put", [HELLO, NEITHER], ids=["audio", "no audio"])
@pytest.mark.parametrize(
    "before", [None, HELLO, NEITHER], ids=["new", "result before", "refusal before"]
)
def test_overtaken_before_any_step_it_overwrites_nothing_newer(
    folder_place, toy_bundle, hour_later, before, put, meanwhile
):
    """Also where its lease has run out unnoticed, as if its clock stood still."""
    place, model = folder_place, str(toy_bundle)
    for step in itertools.count():
        if before is not None:
            fault_injection.worker(place, model).answer(place.put("a", before), FOREVER)
        overtaken = overtake(place, model, hour_later, put, meanwhile, step)
        if overtaken is None:
            break
        check_whole(place, overtaken, meanwhile[-1])
        reset(place)
    assert step > 10


def overtake(place, model, hour_later, put, meanwhile, step) -> ObjectEvent | None:
    """Answer `put`; before the given step others overwrite and answer it. The last event."""
    last = None
    steps = itertools.count()

    def others(_: str) -> None:
        nonlocal last
        if next(steps) == step:
            hour_later(True)
            for newer in meanwhile:
                last = place.put("a", newer)
                fault_injection.worker(place, model).answer(last, FOREVER)
            hour_later(False)

    event = place.put("a", put)
    slow = fault_injection.worker(place, model, others)
    try:
        slow.answer(event, Deadline(lambda: 60.0))
    except RetryLaterError:
        fault_injection.worker(place, model).answer(event, FOREVER)
    return last


def test_two_workers_with_the_same_event_at_the_same_time_answer_it_once(place, toy_bundle):
    keys_of_objects = [f"{number}.wav" for number in range(5)]
    announced = [place.put(key, HELLO) for key in keys_of_objects]
    twice = [event for event in announced for _ in range(2)]
    statuses = fault_injection.at_the_same_time(place, str(toy_bundle), twice)
    assert statuses.count("transcribed") == len(keys_of_objects)
    assert set(statuses) <= {"transcribed", "up_to_date", "busy"}
    assert {name for name in place.names() if name.endswith(".json")} == {
        f"{key}.json" for key in keys_of_objects
    }


def test_events_in_reverse_from_two_workers_at_the_same_time_end_in_the_newest(place, toy_bundle):
    announced = [place.put("a", put) for put in (HELLO, NO_AUDIO, THERE)]
    statuses = fault_injection.at_the_same_time(place, str(toy_bundle), announced[::-1])
    assert statuses.count("transcribed") == 1
    check_whole(place, announced[-1], THERE)
