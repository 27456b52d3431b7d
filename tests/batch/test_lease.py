import json
import time
from datetime import datetime, timedelta

import pytest

from batch import object_keys
from batch.deadline import Deadline, OutOfTimeError
from batch.lease import LeaseHeldError, acquire
from batch.store import ConflictError
from tests.support.batch_stores import document

ONE_MINUTE = Deadline(lambda: 60.0)


@pytest.fixture
def later(monkeypatch):
    """`later(seconds)` advances the clock of leases."""
    real_time = time.time
    ahead = timedelta()

    def move(seconds):
        nonlocal ahead
        ahead += timedelta(seconds=seconds)

    monkeypatch.setattr("batch.lease.now", lambda: real_time() + ahead.total_seconds())
    return move


def test_a_lease_names_its_expiry_and_is_released_at_the_end(place):
    with acquire(place.outputs(), "a", ONE_MINUTE):
        lease = document(place, object_keys.lease_key("a"))
    left = datetime.fromisoformat(lease["expires"]).timestamp() - time.time()
    assert 50 < left <= 65
    assert place.names() == set()


def test_a_held_lease_cannot_be_acquired(place):
    store = place.outputs()
    with (
        acquire(store, "a", ONE_MINUTE),
        pytest.raises(LeaseHeldError) as rejected,
        acquire(store, "a", ONE_MINUTE),
    ):
        pass
    assert 50 < rejected.value.seconds < 67


def test_each_object_has_its_own_lease(place):
    with acquire(place.outputs(), "a", ONE_MINUTE), acquire(place.outputs(), "b", ONE_MINUTE):
        assert len(place.names()) == 2


def test_a_lease_is_released_after_an_exception(place):
    with pytest.raises(MemoryError), acquire(place.outputs(), "a", ONE_MINUTE):
        raise MemoryError
    assert place.names() == set()


def test_an_expired_lease_is_replaced(place, later):
    store = place.outputs()
    with acquire(store, "a", ONE_MINUTE) as first:
        later(66)
        with pytest.raises(OutOfTimeError):
            first.check()
        with acquire(store, "a", ONE_MINUTE) as second:
            second.check()
            taken = document(place, object_keys.lease_key("a"))
    assert taken["owner"]
    assert place.names() == set()


def test_the_former_owner_does_not_release_a_replaced_lease(place, later):
    store = place.outputs()
    first = acquire(store, "a", ONE_MINUTE)
    first.__enter__()
    later(66)
    with acquire(store, "a", ONE_MINUTE):
        first.__exit__(None, None, None)
        assert place.names() == {object_keys.lease_key("a")}


def test_the_owner_stops_before_others_may_acquire_the_lease(place, later):
    with acquire(place.outputs(), "a", ONE_MINUTE) as mine:
        later(61)
        with pytest.raises(OutOfTimeError):
            mine.check()
        with pytest.raises(LeaseHeldError), acquire(place.outputs(), "a", ONE_MINUTE):
            pass


def test_only_one_of_two_concurrent_workers_replaces_an_expired_lease(place, later, monkeypatch):
    store = place.outputs()
    abandoned = acquire(store, "a", ONE_MINUTE)
    abandoned.__enter__()
    later(66)
    get = store.get

    def get_and_be_overtaken(name):
        found = get(name)
        monkeypatch.setattr(store, "get", get)
        place.outputs().put(name, _lease_until(time.time() + 99), "", found.etag)
        return found

    gets = iter([get, get_and_be_overtaken])  # the first follows the failed write

    def get_next(name):
        return next(gets, get)(name)

    monkeypatch.setattr(store, "get", get_next)
    with pytest.raises(LeaseHeldError), acquire(store, "a", ONE_MINUTE):
        pass


def _lease_until(expires):
    moment = datetime.fromtimestamp(expires).astimezone().isoformat()
    return json.dumps({"owner": "x", "expires": moment}).encode()


def test_contention_leads_to_a_retry_after_one_second(place, monkeypatch):
    store = place.outputs()

    def lose(*_):
        raise ConflictError

    monkeypatch.setattr(store, "put", lose)
    with (
        pytest.raises(LeaseHeldError, match="contention") as rejected,
        acquire(store, "a", ONE_MINUTE),
    ):
        pass
    assert rejected.value.seconds == 1.0


def test_a_failed_release_is_ignored(place, monkeypatch):
    store = place.outputs()

    def fail(*_):
        raise OSError

    monkeypatch.setattr(store, "delete", fail)
    with acquire(store, "a", ONE_MINUTE):
        pass
    assert place.names() == {object_keys.lease_key("a")}
