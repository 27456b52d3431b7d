"""What every store has to keep, as S3 and a folder do."""

import pytest

from batch.store import ConflictError, Stored

KEY = "a b+c/é 🎤.json"


def write(store, body, replaces=None):
    return store.write(KEY, body, "application/json", replaces)


def test_what_was_written_is_read(place):
    store = place.store()
    assert (store.read(KEY), store.etag(KEY)) == (None, None)
    etag = write(store, b"1")
    assert store.read(KEY) == Stored(b"1", etag)
    assert store.etag(KEY) == etag


def test_only_what_is_named_is_replaced(place):
    store = place.store()
    first = write(store, b"1")
    second = write(store, b"2", first)
    assert store.read(KEY).body == b"2"
    for stale in (None, first, "another"):
        with pytest.raises(ConflictError):
            write(store, b"3", stale)
    assert store.read(KEY) == Stored(b"2", second)


def test_what_is_not_there_is_not_replaced(place):
    store = place.store()
    etag = write(store, b"1")
    store.delete(KEY, etag)
    with pytest.raises(ConflictError):
        write(store, b"2", etag)
    assert store.read(KEY) is None


def test_a_write_that_has_come_through_before_is_no_conflict(place):
    """As when the answer to a request is lost, and boto3 sends it again."""
    store = place.store()
    etag = write(store, b"1")
    assert write(store, b"1") == etag


def test_only_what_is_named_is_deleted(place):
    store = place.store()
    etag = write(store, b"1")
    write(store, b"2", etag)
    with pytest.raises(ConflictError):
        store.delete(KEY, etag)
    store.delete(KEY, store.etag(KEY))
    assert store.read(KEY) is None
    store.delete(KEY, etag)  # gone is gone


def test_an_etag_is_one_of_the_content(place):
    store = place.store()
    first = write(store, b"1")
    second = write(store, b"2", first)
    assert first != second
