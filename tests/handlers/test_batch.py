"""The batch function, from events to the documents in the output bucket."""

import json

import pytest

from asr.errors import ModelUnavailableError
from asr.settings import Settings
from batch import events
from handlers import batch
from handlers.sqs_retry import BackoffBatchProcessor
from tests.support import s3_events, toy_model
from tests.support.api_events import Context
from tests.support.batch_stores import S3Place, document

HELLO = toy_model.text_wav("hello")


@pytest.fixture
def place(aws, toy_bundle, monkeypatch) -> S3Place:
    """Buckets of the function, with the toy model."""
    place = S3Place.make()
    settings = Settings(model_uri=str(toy_bundle), output_bucket=place.output)
    monkeypatch.setattr(batch, "settings", settings)
    monkeypatch.setattr(batch, "processor", BackoffBatchProcessor(""))
    batch.warm_worker.cache_clear()
    return place


def put_with_event(place: S3Place, key: str, content: bytes = HELLO) -> s3_events.Event:
    """Put an object; returns its S3 notification."""
    written = place.put(key, content)
    event = s3_events.notification(key, eTag=written.etag, sequencer=written.sequencer)
    event["Records"][0]["s3"]["bucket"]["name"] = place.bucket
    return event


def failed(result) -> list[str]:
    return [failure["itemIdentifier"] for failure in result["batchItemFailures"]]


def test_an_sqs_message_is_processed(place):
    result = batch.handler(s3_events.messages(put_with_event(place, "a.wav")), Context())
    assert failed(result) == []
    assert document(place, "a.wav.json")["transcript"] == "hello"


def test_an_s3_notification_is_processed(place):
    result = batch.handler(put_with_event(place, "a.wav"), Context())
    assert result == {"outcomes": [{"key": "a.wav", "status": "transcribed"}]}


def test_an_eventbridge_event_is_processed(place):
    written = place.put("a b.wav", HELLO)
    event = s3_events.event_bridge("a b.wav", etag=written.etag)
    event["detail"]["bucket"]["name"] = place.bucket
    assert batch.handler(event, Context())["outcomes"][0]["status"] == "transcribed"
    assert failed(batch.handler(s3_events.messages(event), Context())) == []


def test_every_item_of_a_distributed_map_is_processed(place):
    place.put("a", HELLO)
    place.put("b", b"not audio")
    event = s3_events.items("a", "b") | {"BatchInput": {"bucket": place.bucket}}
    assert batch.handler(event, Context())["outcomes"] == [
        {"key": "a", "status": "transcribed"},
        {"key": "b", "status": "rejected"},
    ]
    again = batch.handler(event, Context())["outcomes"]
    assert [outcome["status"] for outcome in again] == ["up_to_date", "up_to_date"]


def test_only_failed_messages_are_returned(place):
    good, bad = put_with_event(place, "a"), put_with_event(place, "b", b"")
    messages = s3_events.messages(good, "not JSON", s3_events.TEST_EVENT, bad)
    assert failed(batch.handler(messages, Context())) == ["1"]
    assert place.names() == {"a.json", "b.error.json"}


def test_all_messages_may_fail(place):
    result = batch.handler(s3_events.messages("{}", "[]"), Context())
    assert failed(result) == ["0", "1"]


def test_a_message_fails_after_all_of_its_records_were_processed(place):
    taken, free = put_with_event(place, "a"), put_with_event(place, "b")
    place.outputs().put("a.json", b"{}", "", None)
    both = {"Records": taken["Records"] + free["Records"]}
    assert failed(batch.handler(s3_events.messages(both), Context())) == ["0"]
    assert document(place, "b.json")["transcript"] == "hello"


def test_without_messages_a_retryable_error_is_raised(place):
    event = put_with_event(place, "a")
    place.outputs().put("a.json", b"{}", "", None)
    with pytest.raises(Exception, match=r"a\.json exists and is not an output of a"):
        batch.handler(event, Context())
    with pytest.raises(events.UnknownEventError):
        batch.handler({"hello": 1}, Context())


def test_without_time_left_the_message_fails_and_nothing_is_written(place):
    result = batch.handler(s3_events.messages(put_with_event(place, "a")), Context(seconds=5.0))
    assert failed(result) == ["0"]
    assert place.names() == set()


def test_without_a_model_the_message_fails(place, monkeypatch):
    def unavailable(_):
        raise ModelUnavailableError("cannot read manifest.json")

    monkeypatch.setattr(batch, "warm_transcriber", unavailable)
    result = batch.handler(s3_events.messages(put_with_event(place, "a")), Context())
    assert failed(result) == ["0"]
    assert place.names() == set()


def test_metrics_and_logs_contain_no_words(place, capsys):
    messages = s3_events.messages(put_with_event(place, "a"), put_with_event(place, "b", b""))
    batch.handler(messages, Context())
    logged = capsys.readouterr().out
    assert '"AudioSeconds":[' in logged
    assert '"code":"empty_audio"' in logged.replace(" ", "")
    assert "hello" not in logged


def test_the_deadline_is_that_of_the_invocation():
    context = Context(seconds=900.0)
    deadline = batch.invocation_deadline(context)  # type: ignore[arg-type]
    context.seconds = 300.0
    assert (deadline.total, deadline.remaining()) == (900.0, 300.0)


def test_the_result_can_be_serialised_as_json(place):
    result = batch.handler(s3_events.messages(put_with_event(place, "a"), "{}"), Context())
    assert json.loads(json.dumps(result)) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
