"""Convergence: no output is lost, duplicated or replaced by an older one.

Workers are killed, or overtaken by others, before each of their steps.
"""

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

HELLO, THERE = toy_model.text_wav("hello"), toy_model.text_wav("there you are")
NO_AUDIO, NEITHER = b"not audio", b"not audio either"
RESULT = {"a.json", "a.txt", "a.srt", "a.vtt"}
FOREVER = Deadline()


@pytest.fixture
def hour_later(monkeypatch):
    """`hour_later(True)` advances the clock of leases by an hour, so that all have expired."""
    real_time, ahead = time.time, 0.0

    def move(forward):
        nonlocal ahead
        ahead = 3600.0 if forward else 0.0

    monkeypatch.setattr("batch.lease.now", lambda: real_time() + ahead)
    return move


def check_complete(place: Place, event: ObjectEvent, put: bytes) -> None:
    """Check that the complete output of the last version is there, and nothing else."""
    texts = {HELLO: "hello", THERE: "there you are"}
    if put in texts:
        assert place.names() == RESULT
        stored = document(place, "a.json")
        assert stored["transcript"] == texts[put]
        assert stored["formats"] == list(fault_injection.ALL_FORMATS)
        check_extra_formats(place, texts[put])
    else:
        assert place.names() == {"a.error.json"}
        stored = document(place, "a.error.json")
    assert stored["source"]["etag"] == event.etag


def check_extra_formats(place: Place, text: str) -> None:
    for form in fault_injection.ALL_FORMATS:
        assert text.encode() in content(place, object_keys.extra_format_key("a", form))


def check_complete_or_absent(place: Place) -> None:
    """Check that a reader sees either no result or one with all its extra formats."""
    names = place.names()
    assert not {"a.json", "a.error.json"} <= names
    if "a.json" in names:
        stored = document(place, "a.json")
        assert stored["formats"] == list(fault_injection.ALL_FORMATS)
        check_extra_formats(place, stored["transcript"])


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
        "nothing to error",
        "result",
        "result to error",
        "error to result",
    ],
)
def test_a_worker_killed_before_any_change_leaves_a_state_that_a_retry_completes(
    place, toy_bundle, hour_later, before, after
):
    model = str(toy_bundle)
    for change in itertools.count():
        hour_later(False)
        if before is not None:
            fault_injection.worker(place, model).process(place.put("a", before), FOREVER)
        event = place.put("a", after)
        if not fault_injection.was_killed(place, model, event, change):
            break
        check_complete_or_absent(place)
        hour_later(True)
        status = fault_injection.worker(place, model).process(event, FOREVER).status
        clear_leases(place)
        check_complete(place, event, after)
        # Up to date if only the release of the lease was missing.
        processed = "rejected" if after is NO_AUDIO else "transcribed"
        assert status in {processed, "up_to_date"}
        reset(place)
    check_complete(place, event, after)
    assert change >= 3  # acquire, put, release


def clear_leases(place: Place) -> None:
    """Delete leases, as a lifecycle rule does after a worker was killed."""
    for name in place.names():
        if name.startswith(object_keys.LEASES):
            clear(place, name)


def reset(place: Place) -> None:
    for name in place.names():
        clear(place, name)


@pytest.mark.parametrize(
    "meanwhile",
    [[THERE], [NO_AUDIO], [THERE, NO_AUDIO], [NO_AUDIO, THERE]],
    ids=["result", "error", "result, error", "error, result"],
)
@pytest.mark.parametrize("put", [HELLO, NEITHER], ids=["audio", "no audio"])
@pytest.mark.parametrize(
    "before", [None, HELLO, NEITHER], ids=["new", "result before", "error before"]
)
def test_a_worker_overtaken_before_any_step_overwrites_no_newer_output(
    folder_place, toy_bundle, hour_later, before, put, meanwhile
):
    """Also with a lease that expired unnoticed, as with a stopped clock."""
    place, model = folder_place, str(toy_bundle)
    for step in itertools.count():
        if before is not None:
            fault_injection.worker(place, model).process(place.put("a", before), FOREVER)
        overtaken = overtake(place, model, hour_later, put, meanwhile, step)
        if overtaken is None:
            break
        check_complete(place, overtaken, meanwhile[-1])
        reset(place)
    assert step > 10


def overtake(place, model, hour_later, put, meanwhile, step) -> ObjectEvent | None:
    """Process `put`; before the given step others overwrite and process it. Last event or None."""
    last = None
    steps = itertools.count()

    def others(_: str) -> None:
        nonlocal last
        if next(steps) == step:
            hour_later(True)
            for newer in meanwhile:
                last = place.put("a", newer)
                fault_injection.worker(place, model).process(last, FOREVER)
            hour_later(False)

    event = place.put("a", put)
    slow = fault_injection.worker(place, model, others)
    try:
        slow.process(event, Deadline(lambda: 60.0))
    except RetryLaterError:
        fault_injection.worker(place, model).process(event, FOREVER)
    return last


def test_two_concurrent_workers_transcribe_an_event_once(place, toy_bundle):
    keys_of_objects = [f"{number}.wav" for number in range(5)]
    announced = [place.put(key, HELLO) for key in keys_of_objects]
    twice = [event for event in announced for _ in range(2)]
    statuses = fault_injection.process_concurrently(place, str(toy_bundle), twice)
    assert statuses.count("transcribed") == len(keys_of_objects)
    assert set(statuses) <= {"transcribed", "up_to_date", "leased"}
    assert {name for name in place.names() if name.endswith(".json")} == {
        f"{key}.json" for key in keys_of_objects
    }


def test_concurrent_workers_with_reversed_events_converge_to_the_newest_version(place, toy_bundle):
    announced = [place.put("a", put) for put in (HELLO, NO_AUDIO, THERE)]
    statuses = fault_injection.process_concurrently(place, str(toy_bundle), announced[::-1])
    assert statuses.count("transcribed") == 1
    check_complete(place, announced[-1], THERE)
