"""What S3 alone does: transient failures, versions, objects that change while they are read."""

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from asr.errors import AudioGoneError
from batch import range_file, s3
from batch.documents import Source
from batch.s3 import S3Sources, S3Store
from batch.store import ConflictError, SourceChangedError

CONTENT = bytes(range(256)) * 4


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch):
    monkeypatch.setattr(range_file, "RANGE_BYTES", 100)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(s3, "RANGE_PAUSE_SECONDS", 0.0)


@pytest.fixture
def client(aws):
    return s3.client()


class BrokenBody:
    """The body of an answer whose connection breaks off."""

    def read(self):
        raise ReadTimeoutError(endpoint_url="https://s3")


def break_off(client, monkeypatch, times):
    """Let the next answers to GetObject break off, so many of them."""
    get_object = client.get_object
    left = iter(range(times))

    def broken(**arguments):
        answer = get_object(**arguments)
        return answer | {"Body": BrokenBody()} if next(left, None) is not None else answer

    monkeypatch.setattr(client, "get_object", broken)


def test_a_body_that_breaks_off_is_asked_for_again(s3_place, client, monkeypatch):
    s3_place.put("a", CONTENT)
    sources = S3Sources(client)
    break_off(client, monkeypatch, s3.RANGE_ATTEMPTS - 1)
    with sources.open(sources.current(s3_place.bucket, "a").source) as file:
        assert file.read() == CONTENT


def test_a_body_that_always_breaks_off_may_succeed_later(s3_place, client, monkeypatch):
    s3_place.put("a", CONTENT)
    sources = S3Sources(client)
    break_off(client, monkeypatch, s3.RANGE_ATTEMPTS)
    source = sources.current(s3_place.bucket, "a").source
    with sources.open(source) as file, pytest.raises(ReadTimeoutError):
        file.read()


@pytest.mark.parametrize("change", ["overwrite", "delete"])
def test_an_object_that_changes_while_it_is_read_is_noticed(s3_place, client, change):
    s3_place.put("a", CONTENT)
    sources = S3Sources(client)
    with sources.open(sources.current(s3_place.bucket, "a").source) as file:
        file.read(100)
        if change == "overwrite":
            s3_place.put("a", CONTENT[::-1])
        else:
            s3_place.remove("a")
        with pytest.raises(SourceChangedError):
            file.read(100)


def test_the_version_is_known_where_the_bucket_keeps_them(s3_place, client):
    boto3.client("s3").put_bucket_versioning(
        Bucket=s3_place.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    versions = []
    for _ in range(2):
        s3_place.put("a", CONTENT)
        versions.append(S3Sources(client).current(s3_place.bucket, "a").source.version_id)
    assert None not in versions
    assert len(set(versions)) == 2
    s3_place.remove("a")
    with pytest.raises(AudioGoneError):
        S3Sources(client).current(s3_place.bucket, "a")


def read(sources, source):
    with sources.open(source) as file:
        return file.read()


def test_what_is_forbidden_may_succeed_later(s3_place, client, monkeypatch):
    def forbidden(**_):
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "any")

    for method in ("head_object", "get_object", "put_object", "delete_object"):
        monkeypatch.setattr(client, method, forbidden)
    sources, store = S3Sources(client), S3Store(client, s3_place.output)
    for attempt in (
        lambda: sources.current(s3_place.bucket, "a"),
        lambda: read(sources, Source(s3_place.bucket, "a", "etag", size=1)),
        lambda: store.read("a"),
        lambda: store.etag("a"),
        lambda: store.write("a", b"", "", None),
        lambda: store.delete("a", "etag"),
    ):
        with pytest.raises(ClientError):
            attempt()


def test_a_result_says_of_which_type_it_is(s3_place, client):
    S3Store(client, s3_place.output).write("a", b"1", "text/vtt; charset=utf-8", None)
    head = client.head_object(Bucket=s3_place.output, Key="a")
    assert head["ContentType"] == "text/vtt; charset=utf-8"


def test_where_nothing_is_deleted_conditionally_it_looks_first(s3_place, client, monkeypatch):
    delete_object = client.delete_object

    def unconditional(**arguments):
        if "IfMatch" in arguments:
            raise ClientError({"Error": {"Code": "NotImplemented"}}, "DeleteObject")
        return delete_object(**arguments)

    monkeypatch.setattr(client, "delete_object", unconditional)
    store = S3Store(client, s3_place.output)
    etag = store.write("a", b"1", "text/plain", None)
    with pytest.raises(ConflictError):
        store.delete("a", "another")
    store.delete("a", etag)
    assert store.read("a") is None
    store.delete("a", etag)


def test_what_an_uploader_asks_for_is_in_the_metadata(s3_place, client):
    asked = {"formats": "srt", "decoder": "beam"}
    client.put_object(Bucket=s3_place.bucket, Key="a", Body=b"a", Metadata=asked)
    found = S3Sources(client).current(s3_place.bucket, "a")
    assert (found.formats, found.decoder) == ("srt", "beam")
