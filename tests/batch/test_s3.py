"""S3 stores: transient failures, versions, objects that change while they are read."""

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from asr.errors import AudioGoneError
from batch import range_file, s3
from batch.documents import SourceObject
from batch.s3 import S3InputStore, S3OutputStore
from batch.store import ConflictError, SourceChangedError

CONTENT = bytes(range(256)) * 4


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch):
    monkeypatch.setattr(range_file, "RANGE_BYTES", 100)


@pytest.fixture(autouse=True)
def no_retry_delay(monkeypatch):
    monkeypatch.setattr(s3, "RANGE_RETRY_SECONDS", 0.0)


@pytest.fixture
def client(aws):
    return s3.client()


class BrokenBody:
    """Response body whose connection breaks off."""

    def read(self):
        raise ReadTimeoutError(endpoint_url="https://s3")


def break_off(client, monkeypatch, times):
    """Make the next `times` responses to GetObject break off."""
    get_object = client.get_object
    left = iter(range(times))

    def broken(**arguments):
        response = get_object(**arguments)
        return response | {"Body": BrokenBody()} if next(left, None) is not None else response

    monkeypatch.setattr(client, "get_object", broken)


def test_a_range_whose_body_breaks_off_is_retried(s3_place, client, monkeypatch):
    s3_place.put("a", CONTENT)
    inputs = S3InputStore(client)
    break_off(client, monkeypatch, s3.RANGE_ATTEMPTS - 1)
    with inputs.open(inputs.head(s3_place.bucket, "a").source) as file:
        assert file.read() == CONTENT


def test_a_body_that_always_breaks_off_is_a_temporary_failure(s3_place, client, monkeypatch):
    s3_place.put("a", CONTENT)
    inputs = S3InputStore(client)
    break_off(client, monkeypatch, s3.RANGE_ATTEMPTS)
    source = inputs.head(s3_place.bucket, "a").source
    with inputs.open(source) as file, pytest.raises(ReadTimeoutError):
        file.read()


@pytest.mark.parametrize("change", ["overwrite", "delete"])
def test_a_change_of_the_object_while_it_is_read_is_detected(s3_place, client, change):
    s3_place.put("a", CONTENT)
    inputs = S3InputStore(client)
    with inputs.open(inputs.head(s3_place.bucket, "a").source) as file:
        file.read(100)
        if change == "overwrite":
            s3_place.put("a", CONTENT[::-1])
        else:
            s3_place.delete("a")
        with pytest.raises(SourceChangedError):
            file.read(100)


def test_version_ids_are_reported_in_a_versioned_bucket(s3_place, client):
    boto3.client("s3").put_bucket_versioning(
        Bucket=s3_place.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    versions = []
    for _ in range(2):
        s3_place.put("a", CONTENT)
        versions.append(S3InputStore(client).head(s3_place.bucket, "a").source.version_id)
    assert None not in versions
    assert len(set(versions)) == 2
    s3_place.delete("a")
    with pytest.raises(AudioGoneError):
        S3InputStore(client).head(s3_place.bucket, "a")


def read(inputs, source):
    with inputs.open(source) as file:
        return file.read()


def test_access_denied_is_a_temporary_failure(s3_place, client, monkeypatch):
    def forbidden(**_):
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "any")

    for method in ("head_object", "get_object", "put_object", "delete_object"):
        monkeypatch.setattr(client, method, forbidden)
    inputs, outputs = S3InputStore(client), S3OutputStore(client, s3_place.output)
    for attempt in (
        lambda: inputs.head(s3_place.bucket, "a"),
        lambda: read(inputs, SourceObject(s3_place.bucket, "a", "etag", size=1)),
        lambda: outputs.get("a"),
        lambda: outputs.etag("a"),
        lambda: outputs.put("a", b"", "", None),
        lambda: outputs.delete("a", "etag"),
    ):
        with pytest.raises(ClientError):
            attempt()


def test_the_media_type_is_stored(s3_place, client):
    S3OutputStore(client, s3_place.output).put("a", b"1", "text/vtt; charset=utf-8", None)
    head = client.head_object(Bucket=s3_place.output, Key="a")
    assert head["ContentType"] == "text/vtt; charset=utf-8"


def test_without_conditional_deletes_the_etag_is_checked_first(s3_place, client, monkeypatch):
    delete_object = client.delete_object

    def unconditional(**arguments):
        if "IfMatch" in arguments:
            raise ClientError({"Error": {"Code": "NotImplemented"}}, "DeleteObject")
        return delete_object(**arguments)

    monkeypatch.setattr(client, "delete_object", unconditional)
    store = S3OutputStore(client, s3_place.output)
    etag = store.put("a", b"1", "text/plain", None)
    with pytest.raises(ConflictError):
        store.delete("a", "another")
    store.delete("a", etag)
    assert store.get("a") is None
    store.delete("a", etag)


def test_the_uploaders_options_are_read_from_the_metadata(s3_place, client):
    options = {"formats": "srt", "decoder": "beam", "punctuate": "false"}
    options |= {"vocabulary": "Zo%C3%AB", "vocabulary-key": "names"}
    options |= {"channels": "separate", "channel-names": "a,b"}
    client.put_object(Bucket=s3_place.bucket, Key="a", Body=b"a", Metadata=options)
    found = S3InputStore(client).head(s3_place.bucket, "a")
    assert (found.formats, found.decoder, found.punctuate) == ("srt", "beam", "false")
    assert (found.vocabulary, found.vocabulary_key) == ("Zo%C3%AB", "names")
    assert (found.channels, found.channel_names) == ("separate", "a,b")
