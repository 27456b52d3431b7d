import json
import time
from datetime import datetime, timedelta

import pytest

from batch import object_keys
from batch.deadline import Deadline, OutOfTimeError
from batch.lease import BusyError, held
from batch.store import ConflictError
from tests.support.batch_stores import document

MINUTE = Deadline(lambda: 60.0)


@pytest.fixture
def later(monkeypatch):
    """`later(seconds)` puts the clock of leases forward."""
    true = time.time
    ahead = timedelta()

    def move(seconds):
        nonlocal ahead
        ahead += timedelta(seconds=seconds)

    monkeypatch.setattr("batch.lease.now", lambda: true() + ahead.total_seconds())
    return move


def test_a_lease_says_until_when_it_counts(place):
    with held(place.store(), "a", MINUTE):
        told = document(place, object_keys.lease_key("a"))
    left = datetime.fromisoformat(told["expires"]).timestamp() - time.time()
    assert 50 < left <= 65
    assert place.names() == set()


def test_only_one_gets_it(place):
    store = place.store()
    with held(store, "a", MINUTE), pytest.raises(BusyError) as busy, held(store, "a", MINUTE):
        pass
    assert 50 < busy.value.seconds < 67


def test_each_object_has_its_own(place):
    with held(place.store(), "a", MINUTE), held(place.store(), "b", MINUTE):
        assert len(place.names()) == 2


def test_it_is_given_back_whatever_happens(place):
    with pytest.raises(MemoryError), held(place.store(), "a", MINUTE):
        raise MemoryError
    assert place.names() == set()


def test_one_that_has_expired_is_taken_over(place, later):
    store = place.store()
    with held(store, "a", MINUTE) as first:
        later(66)
        with pytest.raises(OutOfTimeError):
            first.check()
        with held(store, "a", MINUTE) as second:
            second.check()
            taken = document(place, object_keys.lease_key("a"))
    assert taken["owner"]
    assert place.names() == set()


def test_who_was_taken_over_does_not_give_back_what_is_not_his(place, later):
    store = place.store()
    first = held(store, "a", MINUTE)
    first.__enter__()
    later(66)
    with held(store, "a", MINUTE):
        first.__exit__(None, None, None)
        assert place.names() == {object_keys.lease_key("a")}


def test_the_owner_stops_before_others_may_begin(place, later):
    with held(place.store(), "a", MINUTE) as mine:
        later(61)
        with pytest.raises(OutOfTimeError):
            mine.check()
        with pytest.raises(BusyError), held(place.store(), "a", MINUTE):
            pass


def test_of_two_that_find_it_expired_one_gets_it(place, later, monkeypatch):
    store = place.store()
    abandoned = held(store, "a", MINUTE)
    abandoned.__enter__()
    later(66)
    read = store.read

    def read_and_be_overtaken(name):
        found = read(name)
        monkeypatch.setattr(store, "read", read)
        place.store().write(name, _lease_until(time.time() + 99), "", found.etag)
        return found

    reads = iter([read, read_and_be_overtaken])  # the first is that of the refused write

    def read_next(name):
        return next(reads, read)(name)

    monkeypatch.setattr(store, "read", read_next)
    with pytest.raises(BusyError), held(store, "a", MINUTE):
        pass


def _lease_until(expires):
    moment = datetime.fromtimestamp(expires).astimezone().isoformat()
    return json.dumps({"owner": "x", "expires": moment}).encode()


def test_who_is_always_too_late_comes_back_soon(place, monkeypatch):
    store = place.store()

    def lose(*_):
        raise ConflictError

    monkeypatch.setattr(store, "write", lose)
    with pytest.raises(BusyError, match="faster") as busy, held(store, "a", MINUTE):
        pass
    assert busy.value.seconds == 1.0


def test_that_it_cannot_be_given_back_is_no_failure(place, monkeypatch):
    store = place.store()

    def fail(*_):
        raise OSError

    monkeypatch.setattr(store, "delete", fail)
    with held(store, "a", MINUTE):
        pass
    assert place.names() == {object_keys.lease_key("a")}
