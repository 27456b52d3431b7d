"""Contract of the output store, for S3 and for a folder."""

import pytest

from batch.store import ConflictError, StoredObject

KEY = "a b+c/é 🎤.json"


def put(store, body, replaces=None):
    return store.put(KEY, body, "application/json", replaces)


def test_a_stored_object_is_returned(place):
    store = place.outputs()
    assert (store.get(KEY), store.etag(KEY)) == (None, None)
    etag = put(store, b"1")
    assert store.get(KEY) == StoredObject(b"1", etag)
    assert store.etag(KEY) == etag


def test_only_the_named_version_is_replaced(place):
    store = place.outputs()
    first = put(store, b"1")
    second = put(store, b"2", first)
    assert store.get(KEY).body == b"2"
    for stale in (None, first, "another"):
        with pytest.raises(ConflictError):
            put(store, b"3", stale)
    assert store.get(KEY) == StoredObject(b"2", second)


def test_a_missing_object_is_not_replaced(place):
    store = place.outputs()
    etag = put(store, b"1")
    store.delete(KEY, etag)
    with pytest.raises(ConflictError):
        put(store, b"2", etag)
    assert store.get(KEY) is None


def test_a_repeated_put_is_not_a_conflict(place):
    """boto3 repeats a request whose response is lost."""
    store = place.outputs()
    etag = put(store, b"1")
    assert put(store, b"1") == etag


def test_only_the_named_version_is_deleted(place):
    store = place.outputs()
    etag = put(store, b"1")
    put(store, b"2", etag)
    with pytest.raises(ConflictError):
        store.delete(KEY, etag)
    store.delete(KEY, store.etag(KEY))
    assert store.get(KEY) is None
    store.delete(KEY, etag)  # idempotent


def test_the_etag_depends_on_the_content(place):
    store = place.outputs()
    first = put(store, b"1")
    second = put(store, b"2", first)
    assert first != second
